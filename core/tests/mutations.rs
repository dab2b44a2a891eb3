//! A valid token with any change is refused, and a token that another library refuses for its signature is refused here too.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::sync::LazyLock;

use clever_sso::{Expected, KeySet, protocol, verify_id_token_with};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

fn read(name: &str) -> Value {
    let path = format!("{}/../tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

struct Good {
    token: String,
    nonce: String,
    keys: KeySet,
    parameters: Value,
}

static GOOD: LazyLock<Good> = LazyLock::new(Good::new);

impl Good {
    fn new() -> Self {
        let (cases, sets) = (read("hostile-id-tokens.json"), read("hostile-jwks.json"));
        let good = cases.as_array().unwrap().iter().find(|case| case["name"] == "ok-unicode-names").unwrap();
        Self {
            token: good["token"].as_str().unwrap().to_owned(),
            nonce: good["nonce"].as_str().unwrap().to_owned(),
            keys: KeySet::parse(&sets["sets"]["main"].to_string()).unwrap(),
            parameters: sets["params"].clone(),
        }
    }

    fn accepts(&self, token: &str) -> bool {
        let text = |name: &str| self.parameters[name].as_str().unwrap();
        let now = self.parameters["now"].as_u64().unwrap();
        let expected = Expected::new(text("issuer"), text("client_id"), now).nonce(&self.nonce);
        verify_id_token_with(token, &self.keys, &expected).is_ok()
    }
}

#[derive(Clone, Debug)]
enum Change {
    Replace(Index, char),
    Insert(Index, char),
    Remove(Index),
    Cut(Index),
    Repeat(Index),
    Swap(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let letter = prop_oneof![
        proptest::char::range('A', 'z'),
        Just('.'),
        Just('='),
        Just('\n'),
        Just('\0'),
        any::<char>()
    ];
    prop_oneof![
        (any::<Index>(), letter.clone()).prop_map(|(at, letter)| Change::Replace(at, letter)),
        (any::<Index>(), letter).prop_map(|(at, letter)| Change::Insert(at, letter)),
        any::<Index>().prop_map(Change::Remove),
        any::<Index>().prop_map(Change::Cut),
        any::<Index>().prop_map(Change::Repeat),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

fn changed(token: &str, change: &Change) -> String {
    let mut letters: Vec<char> = token.chars().collect();
    let place = |index: &Index| index.index(letters.len());
    match change {
        Change::Replace(at, letter) => {
            let at = place(at);
            letters[at] = *letter;
        }
        Change::Insert(at, letter) => letters.insert(place(at), *letter),
        Change::Remove(at) => drop(letters.remove(place(at))),
        Change::Cut(at) => letters.truncate(place(at)),
        Change::Repeat(at) => letters.extend_from_within(place(at)..),
        Change::Swap(one, other) => {
            let (one, other) = (place(one), place(other));
            letters.swap(one, other);
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_with_any_change_is_refused(changes in prop::collection::vec(change(), 1..4)) {
        let good = &*GOOD;
        let token = changes.iter().fold(good.token.clone(), |token, change| {
            if token.is_empty() { token } else { changed(&token, change) }
        });
        prop_assert_eq!(good.accepts(&token), token == good.token);
    }

    #[test]
    fn random_text_is_never_a_valid_token(text in ".{0,200}") {
        prop_assert!(!GOOD.accepts(&text));
    }
}

#[test]
fn the_unchanged_token_is_accepted() {
    assert!(GOOD.accepts(&GOOD.token));
}

#[test]
fn a_token_that_another_library_refuses_for_its_signature_is_refused() {
    let (cases, sets) = (read("hostile-id-tokens.json"), read("hostile-jwks.json"));
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let mut refused = 0;
    for case in cases.as_array().unwrap() {
        let (token, set) = (case["token"].as_str().unwrap(), &sets["sets"][case["jwks"].as_str().unwrap()]);
        // One set has entries that the other library cannot read at all.
        let (Ok(theirs), Ok(ours)) =
            (serde_json::from_value::<JwkSet>(set.clone()), KeySet::parse(&set.to_string()))
        else {
            continue;
        };
        let of_rsa = theirs.keys.iter().filter(|key| matches!(key.algorithm, AlgorithmParameters::RSA(_)));
        let bad = of_rsa.filter_map(|key| DecodingKey::from_jwk(key).ok()).all(|key| {
            let verdict = jsonwebtoken::decode::<Value>(token, &key, &validation);
            verdict.is_err_and(|error| matches!(error.into_kind(), ErrorKind::InvalidSignature))
        });
        if bad {
            refused += 1;
            assert!(protocol::verify_jws(token, &ours).is_err(), "{}", case["name"]);
        }
    }
    assert!(refused > 5, "{refused}");
}
