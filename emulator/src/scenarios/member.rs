//! One describing member of one answer, and how it differs.

use serde_json::{Map, Value};

use crate::http::route::Route;

/// A step to each value of an object, or to each entry of a list.
pub(super) const EACH: &str = "*";

/// One member, and how it differs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) part: Part,
    /// Its path: the names of the objects around it and its own name, separated by dots. [`EACH`] means each entry of a list,
    /// or each value of an object.
    pub(super) path: &'static str,
    pub(super) oddity: Oddity,
}

/// Where the member is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// Among the claims of an ID token.
    IdToken,
    /// In the answer of this route.
    Answer(Route),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Oddity {
    Missing,
    Null,
    Mistyped,
}

impl Member {
    /// Changes the member where it is. A person who has none gets one where it is null or mistyped.
    pub(super) fn change(&self, object: &mut Map<String, Value>) {
        let steps: Vec<_> = self.path.split('.').collect();
        match steps.as_slice() {
            [] => {}
            [name] => self.oddity.put(object, name),
            [first, rest @ ..] => {
                if let Some(value) = object.get_mut(*first) {
                    self.oddity.change(value, rest);
                }
            }
        }
    }
}

impl Oddity {
    /// Changes what is at `path` in `value`.
    fn change(self, value: &mut Value, path: &[&str]) {
        match (path, value) {
            ([EACH], value) => self.put_in_each(value),
            ([last], Value::Object(object)) => self.put(object, last),
            ([EACH, rest @ ..], value) => values(value).for_each(|value| self.change(value, rest)),
            ([step, rest @ ..], Value::Object(object)) => {
                if let Some(value) = object.get_mut(*step) {
                    self.change(value, rest);
                }
            }
            _ => {}
        }
    }

    fn put(self, object: &mut Map<String, Value>, name: &str) {
        match self {
            Self::Missing => drop(object.remove(name)),
            Self::Null | Self::Mistyped => {
                let odd = self.instead_of(object.get(name));
                object.insert(name.to_owned(), odd);
            }
        }
    }

    fn put_in_each(self, value: &mut Value) {
        match (self, value) {
            (Self::Missing, Value::Object(object)) => object.clear(),
            (Self::Missing, Value::Array(list)) => list.clear(),
            (_, value) => values(value).for_each(|value| *value = self.instead_of(Some(value))),
        }
    }

    fn instead_of(self, value: Option<&Value>) -> Value {
        if matches!(self, Self::Mistyped) { mistyped(value) } else { Value::Null }
    }
}

/// The values of an object, or the entries of a list.
fn values(value: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + '_> {
    match value {
        Value::Object(object) => Box::new(object.values_mut()),
        Value::Array(list) => Box::new(list.iter_mut()),
        _ => Box::new(std::iter::empty()),
    }
}

/// A value of another type that careless code accepts: the text "true" for a flag, a number elsewhere.
fn mistyped(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Bool(_)) => "true".into(),
        Some(Value::Number(_)) => "7".into(),
        _ => 7.into(),
    }
}
