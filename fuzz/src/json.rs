//! JSON: values that are written and read again stay the same, plain JSON gives the values that another parser finds, and a
//! member that decides about a login never appears twice.

use clever_sso::fuzzing::{read_lenient, read_signed};
use serde_json::Value;

use crate::plain::plain;
use crate::rules::is_linear;

const DECIDING: [&str; 3] = ["sub", "iss", "alg"];

/// Reads the bytes as a response and as a signed document.
pub fn check(data: &[u8]) {
    let plain = plain(data);
    if let Some(value) = read_lenient(data) {
        let again = read_lenient(value.to_string().as_bytes()).expect("a written value can be read");
        assert!(is_same(&value, &again), "{value} {again}");
        assert!(plain.as_ref().is_none_or(|plain| *plain == value), "{value}");
    } else {
        assert!(plain.is_none(), "plain JSON must be accepted");
    }
    match read_signed(data, &DECIDING) {
        Ok((text, members)) => {
            let again = read_signed(text.as_bytes(), &DECIDING).expect("a stored document can be read");
            assert_eq!(again, (text.clone(), members.clone()));
            let members = Value::Object(members);
            let theirs: Value = serde_json::from_str(&text).expect("another parser can read the document");
            assert_eq!(members, theirs);
            if let Some(plain) = plain {
                assert_eq!((plain, text.as_bytes()), (members, data));
            }
            assert!(!decides_twice(data), "{text}");
        }
        Err(why) => {
            assert!(!plain.is_some_and(|plain| plain.is_object()), "{why}");
            assert!(why.len() < 80 && !why.chars().any(char::is_control), "{why}");
        }
    }
    is_linear(data, |long| {
        let _ = read_lenient(long);
        let _ = read_signed(long, &DECIDING);
    });
}

/// Whether the outermost object has one of `DECIDING` more than once, according to a parser that accepts any JSON.
fn decides_twice(data: &[u8]) -> bool {
    struct Names(Vec<String>);
    impl<'de> serde::de::Visitor<'de> for Names {
        type Value = Vec<String>;
        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an object")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(mut self, mut map: A) -> Result<Vec<String>, A::Error> {
            while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                self.0.push(name);
            }
            Ok(self.0)
        }
    }
    let mut reader = serde_json::Deserializer::from_slice(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data));
    let names = serde::Deserializer::deserialize_map(&mut reader, Names(Vec::new())).unwrap_or_default();
    DECIDING.iter().any(|deciding| names.iter().filter(|name| name == deciding).count() > 1)
}

/// Whether two values are the same, except for the last digit of a fraction.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let [one, other] = [one, other].map(|number| number.as_f64().unwrap_or_default());
            (one - other).abs() <= one.abs() * 1e-15
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same =
                |(name, one): (&String, &Value)| other.get(name).is_some_and(|other| is_same(one, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}
