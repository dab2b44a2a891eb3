//! Links, and the objects that have them.

use serde_json::{Value, json};

/// A link.
pub(super) fn link(rel: &str, uri: &str) -> Value {
    json!({ "rel": rel, "uri": uri })
}

/// One object, with these links.
pub(super) fn object(data: &Value, links: &[Value]) -> Value {
    json!({ "data": data, "links": links })
}

/// Objects, each with a link to itself.
pub(super) fn list(uri: &str, objects: impl Iterator<Item = (Value, String)>) -> Value {
    let data: Vec<_> = objects.map(|(data, uri)| json!({ "data": data, "uri": uri })).collect();
    json!({ "data": data, "links": [link("self", uri)] })
}

/// The object with one more member, if it has a value.
pub(super) fn with(mut object: Value, name: &str, value: Option<impl Into<Value>>) -> Value {
    if let (Some(value), Some(members)) = (value, object.as_object_mut()) {
        members.insert(name.into(), value.into());
    }
    object
}

/// The object with the members of another one.
pub(super) fn joined(mut object: Value, further: Value) -> Value {
    if let (Some(members), Value::Object(further)) = (object.as_object_mut(), further) {
        members.extend(further);
    }
    object
}
