//! The parameters of a request, from a query, a form or a JSON object.
//!
//! RFC 6749 sections 3.1 and 3.2 apply to all of them: a parameter without a value counts as omitted, unknown ones are ignored,
//! and none may be repeated. (If a JSON object has a member twice, the last one counts.)

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::form_urlencoded;

/// All but the unreserved characters of RFC 3986 section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names and values; no value is empty.
#[derive(Debug, Default)]
pub(crate) struct Parameters(HashMap<String, String>);

/// The parameters cannot be read: one is repeated, or the JSON is not an object of strings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl Parameters {
    /// From a query or a body of the type `application/x-www-form-urlencoded`.
    pub(crate) fn from_form(form: &[u8]) -> Result<Self, Malformed> {
        let mut parameters = HashMap::new();
        for (name, value) in form_urlencoded::parse(form) {
            match parameters.entry(name.into_owned()) {
                Entry::Occupied(_) => return Err(Malformed),
                Entry::Vacant(place) => place.insert(value.into_owned()),
            };
        }
        Ok(Self(parameters))
    }

    /// From a body of the type `application/json`.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        let object: HashMap<String, Value> = serde_json::from_slice(json).map_err(|_| Malformed)?;
        let text = |(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            Value::Null => Ok((name, String::new())),
            _ => Err(Malformed),
        };
        object.into_iter().map(text).collect::<Result<_, _>>().map(Self)
    }

    /// The value, unless it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// One value, escaped for a query.
pub(crate) fn escaped(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

/// Names and values as a query.
pub(crate) fn encoded(parameters: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", escaped(value));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded() {
        let parameters = Parameters::from_form(b"a=1&redirect_uri=http%3A%2F%2Fx%2F+y").unwrap();
        assert_eq!(parameters.get("redirect_uri"), Some("http://x/ y"));
        assert_eq!(parameters.get("b"), None);
    }

    #[test]
    fn a_parameter_without_a_value_counts_as_omitted() {
        let parameters = Parameters::from_form(b"state=&nonce").unwrap();
        assert_eq!((parameters.get("state"), parameters.get("nonce")), (None, None));
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        assert_eq!(Parameters::from_form(b"state=a&state=a").unwrap_err(), Malformed);
    }

    #[test]
    fn json_must_be_an_object_of_strings() {
        let parameters = Parameters::from_json(br#"{"code":"c","redirect_uri":null}"#).unwrap();
        assert_eq!((parameters.get("code"), parameters.get("redirect_uri")), (Some("c"), None));
        for json in ["", "[]", "{", r#""code""#, r#"{"code":1}"#, r#"{"code":["c"]}"#] {
            assert!(Parameters::from_json(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn invalid_utf_8_does_no_harm() {
        assert!(Parameters::from_form(b"a=%ff&%zz=\xff").is_ok());
        assert!(Parameters::from_json(b"\xff").is_err());
    }
}
