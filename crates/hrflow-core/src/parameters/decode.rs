//! Conversion of checked JSON to the parameter struct.
//!
//! Types have rules that the schema does not contain (a duration, a rate). If a type rejects its text, serde's message
//! is dropped, because it may repeat a secret. The error then contains only the path.

use serde::{
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
        value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_json::{Value, map};

use super::{
    Fault, Faults,
    node::{Kind, Node},
    silent::Silent,
};

/// Deserialises `T`. Each value that its type rejects is reported and removed, and the rest is deserialised again, so
/// that all errors are found.
pub(super) fn decode<T: DeserializeOwned>(node: &Node, mut value: Value, section: &str) -> Result<T, Faults> {
    let mut faults = Vec::new();
    let mut taken: Vec<Vec<Step>> = Vec::new();
    loop {
        let mut path = Vec::new();
        match T::deserialize(Tracked { value: &value, path: &mut path }) {
            Ok(read) if faults.is_empty() => return Ok(read),
            Ok(_) => return Err(Faults::new(faults)),
            Err(Silent) => {}
        }
        // A removed value may be required. Its object then fails too, which is not reported again.
        let is_news = taken.iter().all(|taken| !taken.starts_with(&path));
        if is_news {
            faults.push(fault(node, &value, &path, section));
        }
        path.truncate(path.iter().position(|step| matches!(step, Step::Index(_))).unwrap_or(path.len()));
        if !take(&mut value, &path) {
            return Err(Faults::new(faults));
        }
        taken.push(path);
    }
}

/// A step of a path into a value.
#[derive(PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
}

fn fault(node: &Node, value: &Value, path: &[Step], section: &str) -> Fault {
    let (mut node, mut value) = (Some(node), Some(value));
    let mut path_text = section.to_owned();
    for step in path {
        match step {
            Step::Name(name) => {
                path_text = format!("{path_text}.{}", Fault::name(name));
                node = node.and_then(|node| inside(node, name));
                value = value.and_then(|value| value.get(name));
            }
            Step::Index(index) => {
                path_text = format!("{path_text}[{index}]");
                node = node
                    .and_then(|node| if let Kind::List(items) = &node.kind { Some(&**items) } else { None });
                value = value.and_then(|value| value.get(index));
            }
        }
    }
    match (node, value) {
        (_, Some(Value::Object(_) | Value::Array(_))) => {
            Fault::rule(path_text, "these values cannot be combined")
        }
        (Some(node), Some(value)) => {
            let fault = Fault::wrong(path_text, node.expected()).with_value(value, node.is_hidden());
            match node.complete.and_then(|complete| complete(value.as_str()?)) {
                Some(complete) if !node.is_hidden() => fault.with_hint(format!("write {complete}")),
                _ => fault,
            }
        }
        (None, Some(value)) => Fault::wrong(path_text, "another value").with_value(value, true),
        (_, None) => Fault::rule(path_text, "cannot be read"),
    }
}

fn inside<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    match &node.kind {
        Kind::Object { fields, .. } => {
            fields.iter().find(|field| field.name == name).map(|field| &field.node)
        }
        Kind::Map(values) => Some(values),
        _ => None,
    }
}

fn take(value: &mut Value, path: &[Step]) -> bool {
    match path {
        [Step::Name(name)] => value.as_object_mut().is_some_and(|object| object.remove(name).is_some()),
        [Step::Name(name), rest @ ..] => value.get_mut(name).is_some_and(|value| take(value, rest)),
        _ => false,
    }
}

/// A deserializer that records in `path` where it failed.
struct Tracked<'p, 'v> {
    value: &'v Value,
    path: &'p mut Vec<Step>,
}

impl<'de> Deserializer<'de> for Tracked<'_, '_> {
    type Error = Silent;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Silent> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(bool) => visitor.visit_bool(*bool),
            Value::Number(number) => number.clone().deserialize_any(visitor).map_err(|_| Silent),
            Value::String(text) => visitor.visit_str(text),
            Value::Array(values) => {
                visitor.visit_seq(TrackedList { values: values.iter().enumerate(), path: self.path })
            }
            Value::Object(object) => {
                visitor.visit_map(TrackedMap { members: object.iter(), value: None, path: self.path })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Silent> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, Silent> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Silent> {
        self.value.clone().deserialize_enum(name, variants, visitor).map_err(|_| Silent)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct TrackedList<'p, 'v> {
    values: std::iter::Enumerate<std::slice::Iter<'v, Value>>,
    path: &'p mut Vec<Step>,
}

impl<'de> SeqAccess<'de> for TrackedList<'_, '_> {
    type Error = Silent;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Silent> {
        let Some((index, value)) = self.values.next() else { return Ok(None) };
        self.path.push(Step::Index(index));
        let read = seed.deserialize(Tracked { value, path: self.path })?;
        self.path.pop();
        Ok(Some(read))
    }
}

struct TrackedMap<'p, 'v> {
    members: map::Iter<'v>,
    value: Option<(&'v String, &'v Value)>,
    path: &'p mut Vec<Step>,
}

impl<'de> MapAccess<'de> for TrackedMap<'_, '_> {
    type Error = Silent;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Silent> {
        self.value = self.members.next();
        let Some((name, _)) = self.value else { return Ok(None) };
        seed.deserialize(StrDeserializer::<Silent>::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Silent> {
        let Some((name, value)) = self.value.take() else { return Err(Silent) };
        self.path.push(Step::Name(name.clone()));
        let read = seed.deserialize(Tracked { value, path: self.path })?;
        self.path.pop();
        Ok(read)
    }
}
