//! JSON values exactly as written, even those that no `Value` can contain: half an emoji (`"\ud83d"`), `1e400`, a repeated
//! member.
//!
//! Tests of clients need exactly these values. A value that would change is stored as a text with a mark before it, so it
//! passes unchanged through all code that handles claims. [`written`] restores the value.

use std::fmt::{self, Write as _};

use serde::Deserializer as _;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The start of a text that represents a value. No text should have the first character (a Unicode noncharacter).
const MARK: &str = "\u{FFFF}as written:";
/// Some programs write a byte order mark before a text (RFC 8259 section 8.1 allows readers to skip it).
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The members of the JSON object in this text, each exactly as written.
///
/// The error says where the text is wrong, and repeats none of its values.
pub(crate) fn members(text: &str) -> Result<Vec<(String, Box<RawValue>)>, String> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut json = serde_json::Deserializer::from_str(text);
    let members = json.deserialize_any(Members).and_then(|members| json.end().map(|()| members));
    members.map_err(|error| match error.classify() {
        serde_json::error::Category::Data if !text.trim_start().starts_with('{') => {
            "it is JSON, but not an object".to_owned()
        }
        _ => format!("line {}, column {}: {}", error.line(), error.column(), reason(&error)),
    })
}

/// What is wrong, without the place.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    whole.rsplit_once(" at line ").map_or(whole.clone(), |(reason, _)| reason.to_owned())
}

/// The object in this text, with values that [`written`] restores exactly.
pub(crate) fn object(text: &str) -> Result<Map<String, Value>, String> {
    Ok(members(text)?.into_iter().map(|(name, raw)| (name, value(&raw))).collect())
}

fn value(raw: &RawValue) -> Value {
    let plain = serde_json::from_str::<Value>(raw.get()).ok();
    let same_text = |value: &Value| serde_json::to_string(value).is_ok_and(|text| text == raw.get());
    let same = plain.filter(|value| same_text(value) && !raw.get().contains(MARK));
    same.unwrap_or_else(|| {
        let hexadecimal = raw.get().bytes().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Value::String(format!("{MARK}{hexadecimal}"))
    })
}

/// A JSON text with every value in it as it was written.
pub(crate) fn written(text: &str) -> String {
    let begin = format!("\"{MARK}");
    let mut parts = text.split(begin.as_str());
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (hexadecimal, rest) = part.split_once('"').unwrap_or((part, ""));
        whole.push_str(&decoded(hexadecimal));
        whole.push_str(rest);
    }
    whole
}

fn decoded(hexadecimal: &str) -> String {
    let digits = hexadecimal.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    let bytes: Vec<_> = digits.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An object without repeated names.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, Box<RawValue>)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Self::Value = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if members.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format!("{name:?} appears twice")));
            }
            members.push((name, map.next_value()?));
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of reading and writing an object.
    fn again(text: &str) -> String {
        written(&Value::Object(object(text).unwrap()).to_string())
    }

    #[test]
    fn every_json_value_is_kept_exactly() {
        for value in [
            r#""\ud83d""#,
            r#""\udd8a\ud83e""#,
            r#""A""#,
            "1e400",
            "-0",
            "1.0",
            "123456789012345678901234567890",
            r#"{"a":1,"a":2}"#,
            r#"{"\ud83d":[1e999,"\ud83d"]}"#,
            "[ 1,\n2 ]",
            "null",
            r#""a\"b""#,
            "\"\u{FFFF}as written:6e\"",
        ] {
            assert_eq!(again(&format!("{{\"a\":{value}}}")), format!("{{\"a\":{value}}}"));
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(again(&deep), deep);
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(again("\u{FEFF}{\"a\":1}"), r#"{"a":1}"#);
        assert!(object("\u{FEFF}\u{FEFF}{}").is_err());
    }

    #[test]
    fn an_error_names_line_and_column() {
        for (text, expected) in [
            ("{\n  \"a\" 1\n}", "line 2, column 7: expected `:`"),
            ("{\"a\":1,}", "line 1, column 8: trailing comma"),
            ("{\"a\":1} x", "line 1, column 9: trailing characters"),
            ("{\"a\":1,\n\"a\":2}", "line 2, column 3: \"a\" appears twice"),
            ("{\"\\ud83d\":1}", "line 1, column 9: unexpected end of hex escape"),
            ("{", "line 1, column 1: EOF while parsing an object"),
            ("a=b", "line 1, column 1: expected value"),
            ("[]", "it is JSON, but not an object"),
            (" \"hidden\"", "it is JSON, but not an object"),
        ] {
            assert_eq!(object(text).unwrap_err(), expected, "{text}");
        }
    }
}
