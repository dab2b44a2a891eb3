//! An owned JSON value, without repeated members.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

/// The nesting limit for objects and lists: each level takes stack, and a thread may have little.
pub(super) const DEEPEST: usize = 64;

/// Reads an owned value. If an object repeats a member, at any depth, that member is removed.
#[derive(Clone, Copy)]
pub(super) struct AnyValue<'a> {
    /// Set when a member is repeated.
    repeated: &'a Cell<bool>,
    /// The number of objects and lists around the value.
    depth: usize,
}

impl<'a> AnyValue<'a> {
    pub(super) const fn new(repeated: &'a Cell<bool>, depth: usize) -> Self {
        Self { repeated, depth }
    }

    /// The reader for the values inside this value.
    fn inside<E: Error>(self) -> Result<Self, E> {
        if self.depth < DEEPEST {
            Ok(Self { depth: self.depth + 1, ..self })
        } else {
            Err(E::custom("nested too deeply"))
        }
    }
}

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let (inside, mut array) = (self.inside()?, Vec::new());
        while let Some(item) = items.next_element_seed(inside)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (inside, mut object, mut repeated) = (self.inside()?, Map::new(), Vec::new());
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inside)?;
            match object.entry(name) {
                Entry::Vacant(place) => drop(place.insert(value)),
                Entry::Occupied(place) => repeated.push(place.key().clone()),
            }
        }
        for name in repeated {
            self.repeated.set(true);
            object.remove(&name);
        }
        Ok(Value::Object(object))
    }
}
