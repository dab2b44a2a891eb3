//! One describing member of one answer, and what is odd about it.

use serde_json::{Map, Value};

use crate::http::route::Route;

/// One member, and what is odd about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) part: Part,
    /// The way to it through objects.
    pub(super) path: &'static [&'static str],
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
        let Some((last, way)) = self.path.split_last() else { return };
        let mut object = object;
        for step in way {
            let Some(Value::Object(next)) = object.get_mut(*step) else { return };
            object = next;
        }
        let odd = match self.oddity {
            Oddity::Missing => {
                object.remove(*last);
                return;
            }
            Oddity::Null => Value::Null,
            Oddity::Mistyped => mistyped(object.get(*last)),
        };
        object.insert((*last).to_owned(), odd);
    }
}

/// A value of another type, which careless code takes for something: a flag that is the text "true", a number elsewhere.
fn mistyped(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Bool(_)) => "true".into(),
        Some(Value::Number(_)) => "7".into(),
        _ => 7.into(),
    }
}
