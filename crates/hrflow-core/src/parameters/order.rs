//! The order in which a struct declares its fields.
//!
//! A JSON schema sorts `properties` by name, unless the complete program configures `serde_json` to preserve the order.
//! Serde's derived code passes the field names to the deserializer in order. This deserializer reads no data and
//! records these names.

use serde::{
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
        value::StrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::silent::Silent;

type Names = &'static [&'static str];

/// Returns the field names of the struct in `P` at `path`. Options and lists are transparent. The list is empty if
/// serde provides no names (a flattened struct, a tagged enum).
pub(super) fn declared<P: DeserializeOwned>(path: &[&str]) -> Names {
    let mut found: Names = &[];
    let _ = P::deserialize(Probe { path, found: &mut found });
    found
}

struct Probe<'a> {
    path: &'a [&'a str],
    found: &'a mut Names,
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Silent;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Silent> {
        Err(Silent)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Silent> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, Silent> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Silent> {
        visitor.visit_seq(Inside(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &str,
        names: Names,
        visitor: V,
    ) -> Result<V::Value, Silent> {
        if self.path.is_empty() {
            *self.found = names;
            return Err(Silent);
        }
        visitor.visit_map(Inside(self))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct tuple tuple_struct map enum identifier ignored_any
    }
}

/// A list with one element, or a struct with one field: the next step of the path.
struct Inside<'a>(Probe<'a>);

impl<'de> SeqAccess<'de> for Inside<'_> {
    type Error = Silent;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Silent> {
        seed.deserialize(Probe { path: self.0.path, found: self.0.found }).map(Some)
    }
}

impl<'de> MapAccess<'de> for Inside<'_> {
    type Error = Silent;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Silent> {
        let Some(name) = self.0.path.first() else { return Ok(None) };
        seed.deserialize(StrDeserializer::<Silent>::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Silent> {
        let path = self.0.path.get(1..).unwrap_or_default();
        seed.deserialize(Probe { path, found: self.0.found })
    }
}
