//! Validation of a value against the schema, with scalars converted to the type of their field.
//!
//! Workflow files and environment variables contain text. A user may write `20240904` for a text field. The conversion
//! depends on the type of the field, never on the form of the value.

use serde_json::{Map, Number, Value};

use super::{
    Fault, Field, nearest,
    node::{Kind, Node, scalar_text},
};

/// The largest magnitude up to which every whole `f64` is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Returns the value with its scalars converted to the types of `node`. Returns `None` for null and invalid values. Of
/// an object, returns the valid fields.
pub(super) fn read(node: &Node, value: &Value, path: &str, faults: &mut Vec<Fault>) -> Option<Value> {
    let read = match (&node.kind, value) {
        (_, Value::Null) => return None,
        (Kind::Any, value) => Some(value.clone()),
        (Kind::Text { shortest, longest }, value) => text(value, *shortest, *longest),
        (Kind::Integer { least, most }, value) => integer(value, *least, *most),
        (Kind::Number { least, most }, value) => number(value, *least, *most),
        (Kind::Boolean, value) => boolean(value),
        (Kind::Choice(choices), value) => choice(value, choices),
        (Kind::List(items), Value::Array(values)) => return list(items, values, path, faults),
        (Kind::Map(values), Value::Object(object)) => return map(values, object, path, faults),
        (Kind::Object { fields, open }, Value::Object(object)) => {
            return self::object(fields, *open, object, path, faults);
        }
        (Kind::Union(nodes), value) => return union(node, nodes, value, path, faults),
        _ => None,
    };
    if read.is_none() {
        faults.push(wrong(node, value, path));
    }
    read
}

fn wrong(node: &Node, value: &Value, path: &str) -> Fault {
    let fault = Fault::wrong(path, node.expected()).with_value(value, node.is_hidden());
    let Kind::Choice(choices) = &node.kind else { return fault };
    let words: Vec<String> = choices.iter().map(scalar_text).collect();
    match value.as_str().and_then(|word| nearest(word, words.iter().map(String::as_str))) {
        Some(word) if !node.is_hidden() => fault.with_hint(format!("did you mean {word}?")),
        _ => fault,
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

fn text(value: &Value, shortest: u64, longest: u64) -> Option<Value> {
    let text = is_scalar(value).then(|| scalar_text(value))?;
    let length = text.chars().count() as u64;
    (shortest <= length && length <= longest).then_some(Value::String(text))
}

fn integer(value: &Value, least: Option<i128>, most: Option<i128>) -> Option<Value> {
    let whole: i128 = match value {
        Value::Number(number) => whole(number)?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if least.is_some_and(|least| whole < least) || most.is_some_and(|most| whole > most) {
        return None;
    }
    Number::from_i128(whole).map(Value::Number)
}

fn whole(number: &Number) -> Option<i128> {
    if let Some(whole) = number.as_i64() {
        return Some(whole.into());
    }
    if let Some(whole) = number.as_u64() {
        return Some(whole.into());
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT)?;
    Some(float as i128)
}

fn number(value: &Value, least: Option<f64>, most: Option<f64>) -> Option<Value> {
    let number: Number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => Number::from_f64(text.trim().parse().ok()?)?,
        _ => return None,
    };
    let float = number.as_f64()?;
    if least.is_some_and(|least| float < least) || most.is_some_and(|most| float > most) {
        return None;
    }
    Some(Value::Number(number))
}

fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(value.clone()),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

fn choice(value: &Value, choices: &[Value]) -> Option<Value> {
    let word = is_scalar(value).then(|| scalar_text(value))?;
    let same = |choice: &&Value| {
        scalar_text(choice) == word
            || (choice.is_boolean() && scalar_text(choice).eq_ignore_ascii_case(&word))
    };
    choices.iter().find(same).cloned()
}

fn list(items: &Node, values: &[Value], path: &str, faults: &mut Vec<Fault>) -> Option<Value> {
    let before = faults.len();
    let mut read_values = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if value.is_null() {
            faults.push(wrong(items, value, &path));
        }
        read_values.extend(read(items, value, &path, faults));
    }
    (faults.len() == before).then_some(Value::Array(read_values))
}

fn map(values: &Node, object: &Map<String, Value>, path: &str, faults: &mut Vec<Fault>) -> Option<Value> {
    let before = faults.len();
    let mut read_object = Map::new();
    for (name, value) in object {
        if let Some(value) = read(values, value, &format!("{path}.{}", Fault::name(name)), faults) {
            read_object.insert(name.clone(), value);
        }
    }
    (faults.len() == before).then_some(Value::Object(read_object))
}

/// Returns the valid fields of an object. Errors are added to `faults`.
fn object(
    fields: &[Field],
    open: bool,
    object: &Map<String, Value>,
    path: &str,
    faults: &mut Vec<Fault>,
) -> Option<Value> {
    let mut read_object = Map::new();
    for field in fields {
        let path = format!("{path}.{}", field.name);
        match object.get(&field.name) {
            None | Some(Value::Null) if field.required => {
                faults.push(Fault::missing(path, &field.description));
            }
            None => {}
            Some(value) => {
                let value = read(&field.node, value, &path, faults);
                read_object.extend(value.map(|value| (field.name.clone(), value)));
            }
        }
    }
    for (name, value) in object.iter().filter(|(name, _)| fields.iter().all(|field| field.name != **name)) {
        if open {
            read_object.insert(name.clone(), value.clone());
        } else {
            faults.push(Fault::unknown(path, name, fields.iter().map(|field| field.name.as_str())));
        }
    }
    Some(Value::Object(read_object))
}

/// Returns the first alternative that accepts the value. Text is tried last, because it accepts every scalar. If none
/// accepts an object, its errors are those of the best matching alternative.
fn union(node: &Node, nodes: &[Node], value: &Value, path: &str, faults: &mut Vec<Fault>) -> Option<Value> {
    let (texts, others): (Vec<&Node>, Vec<&Node>) =
        nodes.iter().partition(|node| matches!(node.kind, Kind::Text { .. }));
    let mut best: Option<Vec<Fault>> = None;
    for alternative in others.into_iter().chain(texts) {
        let mut found = Vec::new();
        match read(alternative, value, path, &mut found) {
            Some(value) if found.is_empty() => return Some(value),
            _ => {}
        }
        let is_object = value.is_object() && matches!(alternative.kind, Kind::Object { .. });
        if is_object && best.as_ref().is_none_or(|best| found.len() < best.len()) {
            best = Some(found);
        }
    }
    faults.extend(best.unwrap_or_else(|| vec![wrong(node, value, path)]));
    None
}
