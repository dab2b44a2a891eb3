//! Compares two responses, and lists the allowed differences between the emulator and Clever, each with its reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::Response;

/// A response of Clever.
#[derive(Deserialize)]
pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) url: String,
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// The allowed differences of all responses, each with its reason.
pub(crate) const EVERYWHERE: &[(&str, &str)] = &[
    ("header server is missing", "no app depends on the name of the proxy"),
    ("header x-envoy-upstream-service-time is missing", "no app depends on how long the proxy waited"),
    ("header strict-transport-security is missing", "it means nothing over plain HTTP"),
    ("header date is added", "recordings leave it out"),
    ("header connection is added", "it is about the connection of the test, and HTTP/2 has none"),
];

/// The allowed differences of one response: the request, the difference and the reason.
pub(crate) const ALLOWED: &[(&str, &str, &str)] = &[
    ("api/me GET me", ".type is added", DEMO_TOKEN),
    ("api/me GET me", ".links is added", DEMO_TOKEN),
    ("api/me GET me", ".data.authorized_by is added", DEMO_TOKEN),
    ("api/token GET tokens", "header cache-control is added", MUST_NOT_BE_STORED),
    ("api/tokens GET tokens", "header cache-control is added", MUST_NOT_BE_STORED),
    ("api/tokens GET tokens", "header vary is missing", "nothing is compressed here"),
    ("api/tokeninfo GET tokeninfo", "header cache-control is added", MUST_NOT_BE_STORED),
    ("authentication/sso POST tokens", "header cache-control is added", MUST_NOT_BE_STORED),
    (
        "api/user GET user",
        ".data.roles.student.legacy_id is added",
        "Clever's definition has it; ids that changed are told so",
    ),
    (
        "authentication/sso GET user",
        ".links is added",
        "Clever's documentation has the link of a user to itself",
    ),
];

const DEMO_TOKEN: &str = "only the response to the documentation's demo token lacks it";
const MUST_NOT_BE_STORED: &str = "RFC 6749 section 5.1 requires it for responses with tokens";

/// Headers whose values differ in every response.
const CHANGING: [&str; 8] = [
    "content-length",
    "etag",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "server",
    "x-envoy-upstream-service-time",
    "strict-transport-security",
    "date",
];

/// The request in a few words, and the differences in the emulator's response to it.
pub(crate) fn differences(recorded: &Recorded, answer: &Response) -> BTreeSet<(String, String)> {
    let mut found = Vec::new();
    if recorded.status != answer.status {
        found.push(format!("the status is {} and not {}", answer.status, recorded.status));
    }
    in_headers(recorded, answer, &mut found);
    match serde_json::from_str::<Value>(&recorded.body) {
        Ok(expected) => in_value("", &expected, &answer.json(), &mut found),
        Err(_) if recorded.body != answer.body => found.push("the page is different".to_owned()),
        Err(_) => {}
    }
    let place = format!("{} {} {}", recorded.name, recorded.method, subject(&recorded.url));
    found.into_iter().map(|difference| (place.clone(), difference)).collect()
}

/// The last segment of the path that is not an id; in the singular if an id follows.
fn subject(url: &str) -> String {
    let path = url::Url::parse(url).unwrap().path().to_owned();
    let (rest, last) = path.rsplit_once('/').unwrap();
    let is_id = last.len() == 24;
    if is_id { rest.rsplit('/').next().unwrap().trim_end_matches('s').to_owned() } else { last.to_owned() }
}

fn in_headers(recorded: &Recorded, answer: &Response, found: &mut Vec<String>) {
    for (name, expected) in &recorded.headers {
        match answer.header(name) {
            None => found.push(format!("header {name} is missing")),
            Some(value) if !CHANGING.contains(&name.as_str()) && value != expected => {
                found.push(format!("header {name} is {value}"));
            }
            Some(_) => {}
        }
    }
    let added = answer.header_names().map(str::to_ascii_lowercase);
    found.extend(
        added
            .filter(|name| !recorded.headers.contains_key(name))
            .map(|name| format!("header {name} is added")),
    );
    assert_eq!(answer.header("content-length").unwrap().parse(), Ok(answer.body.len()));
}

fn in_value(place: &str, expected: &Value, value: &Value, found: &mut Vec<String>) {
    match (expected, value) {
        (Value::Object(expected), Value::Object(value)) => in_object(place, expected, value, found),
        (Value::Array(expected), Value::Array(value)) => in_list(place, expected, value, found),
        _ if kind(expected) != kind(value) => {
            found.push(format!("{place} is {} and not {}", kind(value), kind(expected)));
        }
        _ => {}
    }
}

/// The length of a list depends on the person, except for links. All entries are compared with the first one.
fn in_list(place: &str, expected: &[Value], value: &[Value], found: &mut Vec<String>) {
    let names = |list: &[Value]| {
        list.iter().filter_map(|link| link["rel"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    if names(expected) != names(value) {
        found.push(format!("{place} are {}", names(value).join(", ")));
    }
    if !expected.is_empty() && value.is_empty() {
        found.push(format!("{place} is empty"));
    }
    let Some(first) = expected.first() else { return };
    for value in value {
        in_value(&format!("{place}[]"), first, value, found);
    }
}

fn in_object(
    place: &str,
    expected: &Map<String, Value>,
    value: &Map<String, Value>,
    found: &mut Vec<String>,
) {
    for (name, expected) in expected {
        let place = format!("{place}.{name}");
        match value.get(name) {
            Some(value) => in_value(&place, expected, value, found),
            None => found.push(format!("{place} is missing")),
        }
    }
    let added = value.keys().filter(|name| !expected.contains_key(*name));
    found.extend(added.map(|name| format!("{place}.{name} is added")));
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(expected: &Value, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        in_value("", expected, value, &mut found);
        found
    }

    #[test]
    fn a_missing_added_or_changed_member_is_found_at_any_depth() {
        let expected = json!({ "a": [{ "b": "", "c": 1 }] });
        assert_eq!(found(&expected, &json!({ "a": [{ "b": "x", "c": 2 }, { "b": "y", "c": 3 }] })), [""; 0]);
        let other = json!({ "a": [{ "b": null, "d": 1 }] });
        assert_eq!(
            found(&expected, &other),
            [".a[].b is null and not a text", ".a[].c is missing", ".a[].d is added"]
        );
        assert_eq!(found(&expected, &json!({ "a": [] })), [".a is empty"]);
        let link = |name| json!([{ "rel": name, "uri": "/" }]);
        assert_eq!(found(&link("self"), &link("next")), [" are next"]);
    }
}
