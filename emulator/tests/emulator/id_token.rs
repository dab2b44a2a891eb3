//! ID tokens, verified by another library.

use clever_emulator::Emulator;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde_json::Value;

use crate::support::{automatic, get, tokens};

/// Verifies the token with the key set the emulator serves, as an app would.
pub(crate) fn verified(emulator: &Emulator, token: &str, audience: &str) -> Value {
    let keys: JwkSet = serde_json::from_value(get(emulator, "/oauth/certs").json()).unwrap();
    let header = decode_header(token).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[emulator.base_url()]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    decode::<Value>(token, &key, &validation).unwrap().claims
}

fn id_token(emulator: &Emulator, more: &str) -> String {
    tokens(emulator, "oidc-app", more)["id_token"].as_str().unwrap().to_owned()
}

#[test]
fn an_id_token_verifies_with_the_served_keys() {
    let emulator = automatic("ada");
    let claims = verified(&emulator, &id_token(&emulator, "&nonce=n-1"), "oidc-app");
    let ada = emulator.person("ada").unwrap();
    for (claim, expected) in [
        ("iss", emulator.base_url()),
        ("sub", &ada.id),
        ("aud", "oidc-app"),
        ("nonce", "n-1"),
        ("user_id", &ada.id),
        ("multi_role_user_id", &ada.id),
        ("user_type", "student"),
        ("district", "53ee4b8a44abc88c1c00119b"),
        ("email", "ada@emulated.example"),
        ("given_name", "Ada"),
        ("family_name", "Ashworth"),
    ] {
        assert_eq!(claims[claim], expected, "{claim}");
    }
    assert_eq!(claims["email_verified"], false);
}

#[test]
fn an_id_token_lives_one_hour() {
    let emulator = automatic("ada");
    let before = emulator.now();
    let claims = verified(&emulator, &id_token(&emulator, ""), "oidc-app");
    let issued = claims["iat"].as_u64().unwrap();
    assert!((before..=emulator.now()).contains(&issued));
    assert_eq!(claims["exp"], issued + 3600);
}

#[test]
fn the_header_names_algorithm_key_and_type() {
    let emulator = automatic("ada");
    let Header { alg, kid, typ, .. } = decode_header(id_token(&emulator, "")).unwrap();
    assert_eq!((alg, typ.as_deref()), (Algorithm::RS256, Some("JWT")));
    assert_eq!(kid.unwrap(), get(&emulator, "/oauth/certs").json()["keys"][0]["kid"]);
}

#[test]
fn an_id_token_has_no_nonce_when_none_was_sent_and_never_an_at_hash() {
    let emulator = automatic("ada");
    let claims = verified(&emulator, &id_token(&emulator, ""), "oidc-app");
    assert!(claims.get("nonce").is_none());
    assert!(claims.get("at_hash").is_none());
}

#[test]
fn a_person_without_an_email_has_no_email_claim() {
    let emulator = automatic("noor");
    assert!(verified(&emulator, &id_token(&emulator, ""), "oidc-app").get("email").is_none());
}

#[test]
fn the_user_type_is_that_of_the_first_role() {
    for (handle, user_type) in [
        ("noor", "student"),
        ("grace", "teacher"),
        ("sam", "teacher"),
        ("olga", "staff"),
        ("dana", "district_admin"),
        ("maria", "contact"),
    ] {
        let emulator = automatic(handle);
        let claims = verified(&emulator, &id_token(&emulator, ""), "oidc-app");
        assert_eq!(claims["user_type"], user_type, "{handle}");
        assert_eq!(claims["user_id"] == claims["sub"], user_type == "student", "{handle}");
    }
}

#[test]
fn a_person_with_a_new_id_also_has_the_old_id() {
    let emulator = automatic("mila-returned");
    let claims = verified(&emulator, &id_token(&emulator, ""), "oidc-app");
    let (before, after) = (emulator.person("mila").unwrap(), emulator.person("mila-returned").unwrap());
    assert_eq!((&claims["sub"], &claims["user_id"]), (&after.id.clone().into(), &before.id.clone().into()));
}

#[test]
fn names_outside_ascii_arrive_unchanged() {
    let emulator = automatic("jose");
    let claims = verified(&emulator, &id_token(&emulator, ""), "oidc-app");
    assert_eq!((&claims["given_name"], &claims["family_name"]), (&"José".into(), &"Núñez".into()));
}
