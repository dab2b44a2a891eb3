//! A JSON value of its own, with a rule for members that come twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

/// What a member means that comes twice in one object.
#[derive(Clone, Copy)]
pub(super) enum Repeated {
    /// The document is refused: it is signed, and two readers would see two documents under one signature.
    Refused,
    /// The member says nothing: neither of its values is believed.
    Dropped,
}

/// Reads a value into memory of its own; the rule holds at every depth.
#[derive(Clone, Copy)]
pub(super) struct AnyValue(pub(super) Repeated);

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON without repeated members")
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
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (mut object, mut repeated) = (Map::new(), Vec::new());
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            match (object.entry(name), self.0) {
                (Entry::Vacant(place), _) => drop(place.insert(value)),
                (Entry::Occupied(_), Repeated::Refused) => return Err(A::Error::custom("repeated member")),
                (Entry::Occupied(place), Repeated::Dropped) => repeated.push(place.key().clone()),
            }
        }
        for name in repeated {
            object.remove(&name);
        }
        Ok(Value::Object(object))
    }
}
