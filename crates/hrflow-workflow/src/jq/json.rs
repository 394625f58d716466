//! From jq's values to JSON, within bounds.

use std::io::{self, Write};

use jaq_json::{Num, Val};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};
use serde_json::Value;

use super::limits;

/// Why a value is no JSON that we take.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    TooLarge,
    TooDeep,
    /// A name of a member is no text.
    Key,
}

const TOO_DEEP: &str = "too deep";

/// The JSON text of a value, as [`wire::Answer`](super::wire::Answer) would have it inside of `One`.
pub(super) fn text(value: &Val) -> Result<Vec<u8>, Unfit> {
    let mut text = Bounded(Vec::new());
    match serde_json::to_writer(&mut text, &Json { value, depth: 0 }) {
        Ok(()) => Ok(text.0),
        Err(error) => Err(unfit(&error)),
    }
}

/// The value as JSON.
pub(super) fn value(value: &Val) -> Result<Value, Unfit> {
    serde_json::to_value(Json { value, depth: 0 }).map_err(|error| unfit(&error))
}

fn unfit(error: &serde_json::Error) -> Unfit {
    match error.to_string().as_str() {
        TOO_DEEP => Unfit::TooDeep,
        _ if error.is_io() => Unfit::TooLarge,
        _ => Unfit::Key,
    }
}

struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > limits::OUTPUT {
            return Err(io::Error::other("too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Json<'v> {
    value: &'v Val,
    depth: usize,
}

impl Json<'_> {
    fn inside<S: Serializer>(&self) -> Result<usize, S::Error> {
        if self.depth >= limits::DEPTH { Err(S::Error::custom(TOO_DEEP)) } else { Ok(self.depth + 1) }
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Val::Null => serializer.serialize_unit(),
            Val::Bool(bool) => serializer.serialize_bool(*bool),
            Val::Num(number) => serialize_number(number, serializer),
            Val::BStr(bytes) | Val::TStr(bytes) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Val::Arr(values) => {
                let depth = self.inside::<S>()?;
                serializer.collect_seq(values.iter().map(|value| Json { value, depth }))
            }
            Val::Obj(members) => {
                let depth = self.inside::<S>()?;
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members.iter() {
                    let (Val::TStr(name) | Val::BStr(name)) = name else {
                        return Err(S::Error::custom("key"));
                    };
                    map.serialize_entry(&String::from_utf8_lossy(name), &Json { value, depth })?;
                }
                map.end()
            }
        }
    }
}

/// As jq has it: a whole number stays one whatever it was computed by, what is no number is null, and what is too
/// large is the largest there is.
fn serialize_number<S: Serializer>(number: &Num, serializer: S) -> Result<S::Ok, S::Error> {
    /// Up to here every whole number is a floating-point one too.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if let Some(whole) = number.as_isize() {
        return serializer.serialize_i64(whole as i64);
    }
    if let Ok(whole) = number.to_string().parse::<u64>() {
        return serializer.serialize_u64(whole);
    }
    match number.to_string().parse::<f64>() {
        Ok(float) if float.is_nan() => serializer.serialize_unit(),
        Ok(float) if float.fract() == 0.0 && float.abs() < WHOLE => serializer.serialize_i64(float as i64),
        Ok(float) => serializer.serialize_f64(float.clamp(f64::MIN, f64::MAX)),
        Err(_) => serializer.serialize_unit(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    fn round(json: Value) -> Value {
        value(&Val::deserialize(json).unwrap()).unwrap()
    }

    #[test]
    fn json_comes_back_as_it_was() {
        let json = json!({ "a": [1, -2, 1.5, u64::MAX, true, null, "é\u{0}"], "b": {} });
        assert_eq!(round(json.clone()), json);
    }

    #[test]
    fn numbers_are_as_jq_has_them() {
        let number = |float: f64| value(&Val::Num(Num::Float(float))).unwrap();
        assert_eq!(number(3.0), json!(3));
        assert_eq!(number(1e300), json!(1e300));
        assert_eq!(number(f64::NAN), json!(null));
        assert_eq!(number(f64::INFINITY), json!(f64::MAX));
        assert_eq!(number(f64::NEG_INFINITY), json!(f64::MIN));
    }

    #[test]
    fn bounds_are_kept() {
        let nest = |levels| (0..levels).fold(Val::Null, |inner, _| Val::Arr(vec![inner].into()));
        assert!(text(&nest(limits::DEPTH)).is_ok());
        assert_eq!(text(&nest(limits::DEPTH + 1)), Err(Unfit::TooDeep));
        let long = Val::utf8_str("x".repeat(limits::OUTPUT).into_bytes());
        assert_eq!(text(&long), Err(Unfit::TooLarge));
        let keyed = Val::obj([(Val::from(1_isize), Val::Null)].into_iter().collect());
        assert_eq!(text(&keyed), Err(Unfit::Key));
    }
}
