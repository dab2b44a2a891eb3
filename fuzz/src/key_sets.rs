//! Key sets: only RSA signing keys are used, and one bad entry doesn't spoil the others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::KeySet;
use clever_sso::protocol::{Response, jwks_response};
use serde_json::Value;

use crate::plain::plain;
use crate::rules::{is_linear, tells_nothing};

/// Reads the bytes as a key set.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = KeySet::parse(&text);
    let plain = plain(data);
    let entries = plain.as_ref().and_then(|set| set.get("keys")?.as_array());
    if let (Some(entries), Some(set)) = (entries, &plain) {
        let most = entries.iter().filter(|entry| may_verify(entry)).count();
        let found = read.as_ref().map_or(0, KeySet::len);
        assert!(found <= most, "{found} of {most}");
        let mut more = set.clone();
        for odd in
            [Value::Null, serde_json::json!({ "kty": "RSA" }), serde_json::json!({ "kty": 7, "kid": "x" })]
        {
            more["keys"].as_array_mut().expect("keys is a list").push(odd);
        }
        assert_eq!(
            KeySet::parse(&more.to_string()).map_or(0, |keys| keys.len()),
            found,
            "an odd entry makes the set unusable"
        );
    }
    match read {
        Ok(keys) => assert!(!keys.is_empty()),
        Err(error) => {
            let texts = entries.into_iter().flatten().filter_map(Value::as_object).flatten();
            tells_nothing(&error, texts.filter_map(|(_, value)| value.as_str()));
        }
    }
    match jwks_response(&Response::new(data.to_vec())) {
        Ok(kept) => assert_eq!(KeySet::parse(&kept).is_ok(), KeySet::parse(&text).is_ok()),
        Err(error) => tells_nothing(&error, []),
    }
    is_linear(data, |long| drop(KeySet::parse(&String::from_utf8_lossy(long))));
}

/// Whether an entry could be a key that verifies tokens. The library uses a subset of these.
fn may_verify(entry: &Value) -> bool {
    let is =
        |name: &str, wanted: &str| entry.get(name).is_none_or(|value| value.is_null() || value == wanted);
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(entry.get(name)?.as_str()?.trim_end_matches('=')).ok()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Some(bytes[zeros..].to_vec())
    };
    let is_modulus = |n: Vec<u8>| (256..=1024).contains(&n.len()) && n[0] >= 0x80;
    let is_exponent = |e: Vec<u8>| e.len() <= 8 && e != [1] && e.last().is_some_and(|last| last % 2 == 1);
    let verifies =
        |ops: &Value| ops.is_null() || ops.as_array().is_some_and(|ops| ops.contains(&"verify".into()));
    entry["kty"] == "RSA"
        && is("use", "sig")
        && is("alg", "RS256")
        && entry.get("key_ops").is_none_or(verifies)
        && number("n").is_some_and(is_modulus)
        && number("e").is_some_and(is_exponent)
}
