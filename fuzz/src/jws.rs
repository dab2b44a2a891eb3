//! Tokens from a sender without the key: only tokens that the key's owner signed are accepted, and only unmodified.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::protocol::verify_jws;
use clever_sso::{Expected, KeySet, verify_id_token_with};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use crate::people::{ACCESS_TOKEN, CLIENT_ID, ISSUER, NONCE, NOW};
use crate::rules::{hash, index, is_linear, tells_nothing};

/// The key set for most of the tokens in `tests/vectors`.
struct Sets {
    ours: KeySet,
    theirs: Vec<DecodingKey>,
    /// A key set that has verified a valid token, so it has cached a header.
    warm: KeySet,
}

static SETS: LazyLock<Sets> = LazyLock::new(|| {
    let sets: Value = serde_json::from_str(include_str!("../../tests/vectors/hostile-jwks.json"))
        .expect("the vectors are JSON");
    let tokens: Value = serde_json::from_str(include_str!("../../tests/vectors/hostile-id-tokens.json"))
        .expect("the vectors are JSON");
    let main = &sets["sets"]["main"];
    let read = || KeySet::parse(&main.to_string()).expect("the key set has keys");
    let jwks: JwkSet = serde_json::from_value(main.clone()).expect("the JSON is a key set");
    let warm = read();
    for case in tokens.as_array().into_iter().flatten() {
        let _ = verify_jws(case["token"].as_str().unwrap_or_default(), &warm);
    }
    let theirs = jwks.keys.iter().filter_map(|key| DecodingKey::from_jwk(key).ok()).collect();
    Sets { ours: read(), theirs, warm }
});

/// Verifies the bytes as a token.
pub fn check(data: &[u8]) {
    let token = String::from_utf8_lossy(data);
    let verdict = verify_jws(&token, &SETS.ours);
    let warm = verify_jws(&token, &SETS.warm);
    assert_eq!(verdict, warm, "a cached header must not change the verdict");
    let expected = Expected::new(ISSUER, CLIENT_ID, NOW).nonce(NONCE).access_token(ACCESS_TOKEN);
    let claims = verify_id_token_with(&token, &SETS.ours, &expected);
    match verdict {
        Ok(payload) => {
            is_signed(&token, &payload);
            let changed = changed(&token);
            assert!(verify_jws(&changed, &SETS.ours).is_err(), "{token} {changed}");
            if let Err(error) = claims {
                tells_nothing(&error, token.split('.').chain([NONCE, ACCESS_TOKEN]));
            }
        }
        Err(error) => {
            tells_nothing(&error, token.split('.').skip(1).chain([&*token]));
            assert_eq!(claims.map(drop), Err(error));
        }
    }
    is_linear(data, |long| drop(verify_jws(&String::from_utf8_lossy(long), &SETS.ours)));
}

/// Another library finds the same payload, signed with RS256 by a key in the set.
fn is_signed(token: &str, payload: &[u8]) {
    let [header, body, _] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("a token has three parts")
    };
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON");
    assert_eq!(header["alg"], "RS256");
    assert_eq!(URL_SAFE_NO_PAD.decode(body).as_deref(), Ok(payload));
    let (message, signature) = token.rsplit_once('.').expect("a token has three parts");
    let is_signed = |key| jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, Algorithm::RS256);
    assert!(SETS.theirs.iter().any(|key| is_signed(key).unwrap_or(false)), "{token}");
}

/// The token with one character changed.
fn changed(token: &str) -> String {
    let mut changed = token.as_bytes().to_vec();
    let at = index(hash(token.as_bytes()), changed.len());
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8_lossy(&changed).into_owned()
}
