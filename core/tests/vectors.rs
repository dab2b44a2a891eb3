//! Every ID token in the hostile set has the expected result, and so do the signed examples in the specifications.
#![expect(clippy::unwrap_used, reason = "a test may")]

use clever_sso::{Expected, KeySet, protocol, verify_id_token_with};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Case {
    name: String,
    token: String,
    expect: String,
    jwks: String,
    nonce: Option<String>,
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct Sets {
    params: Params,
    sets: HashMap<String, Value>,
}

#[derive(Deserialize)]
struct Params {
    issuer: String,
    client_id: String,
    now: u64,
    leeway: u64,
}

#[derive(Deserialize)]
struct Example {
    id: String,
    token: String,
    jwk: Value,
    payload: String,
}

fn read<T: for<'a> Deserialize<'a>>(name: &str) -> T {
    let path = format!("{}/../tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn hostile_tokens_are_refused_and_odd_but_valid_ones_accepted() {
    let cases: Vec<Case> = read("hostile-id-tokens.json");
    let Sets { params, sets } = read("hostile-jwks.json");
    // A set without any usable key verifies nothing, which counts as a refusal too.
    let sets: HashMap<_, _> =
        sets.iter().map(|(name, set)| (name.as_str(), KeySet::parse(&set.to_string()))).collect();
    let wrong: Vec<_> = cases
        .iter()
        .filter(|case| !comes_out_as_expected(case, &params, &sets[case.jwks.as_str()]))
        .collect();
    assert!(cases.len() >= 131);
    assert!(wrong.is_empty(), "{:?}", wrong.iter().map(|case| &case.name).collect::<Vec<_>>());
}

fn comes_out_as_expected(case: &Case, params: &Params, keys: &clever_sso::Result<KeySet>) -> bool {
    let mut expected = Expected::new(&params.issuer, &params.client_id, params.now).leeway(params.leeway);
    expected.nonce = case.nonce.as_deref();
    expected.access_token = case.access_token.as_deref();
    let result = keys
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|keys| verify_id_token_with(&case.token, keys, &expected));
    if let Err(error) = &result {
        let shown = error.to_string();
        assert!(shown.len() < 400 && !shown.contains(&case.token), "{shown}");
    }
    result.is_ok() == (case.expect == "accept")
}

#[test]
fn signed_examples_of_the_specifications_verify() {
    let examples: Vec<Example> = read("spec-vectors.json");
    assert_eq!(examples.len(), 5);
    for example in examples {
        let keys = KeySet::parse(&serde_json::json!({ "keys": [example.jwk] }).to_string()).unwrap();
        let payload = protocol::verify_jws(&example.token, &keys).unwrap();
        assert_eq!(String::from_utf8(payload).unwrap(), example.payload, "{}", example.id);
    }
}
