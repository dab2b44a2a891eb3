//! Metadata and keys.

use crate::support::{get, with_pages};

#[test]
fn the_issuer_is_the_base_url_without_a_slash_and_every_endpoint_is_below_it() {
    let emulator = with_pages();
    let metadata = get(&emulator, "/.well-known/openid-configuration").json();
    assert_eq!(metadata["issuer"], emulator.base_url());
    assert!(!emulator.base_url().ends_with('/'));
    for (name, path) in [
        ("authorization_endpoint", "/oauth/authorize"),
        ("token_endpoint", "/oauth/tokens"),
        ("userinfo_endpoint", "/userinfo"),
        ("jwks_uri", "/oauth/certs"),
    ] {
        assert_eq!(metadata[name], format!("{}{path}", emulator.base_url()));
    }
}

#[test]
fn the_metadata_has_what_openid_connect_discovery_requires() {
    let metadata = get(&with_pages(), "/.well-known/openid-configuration").json();
    assert_eq!(metadata["id_token_signing_alg_values_supported"], serde_json::json!(["RS256"]));
    assert_eq!(metadata["subject_types_supported"], serde_json::json!(["public"]));
    assert_eq!(metadata["response_types_supported"], serde_json::json!(["code", "token"]));
    assert_eq!(metadata["scopes_supported"][0], "openid");
    assert!(metadata["token_endpoint_auth_methods_supported"].is_array());
    assert!(metadata["claims_supported"].is_array());
}

#[test]
fn the_key_set_has_one_rsa_key_of_2048_bits_for_rs256_signatures() {
    let keys = get(&with_pages(), "/oauth/certs").json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&"RSA".into(), &"sig".into(), &"RS256".into()));
    assert!(!key["kid"].as_str().unwrap().is_empty());
    assert_eq!(key["n"].as_str().unwrap().len(), (256_usize * 4).div_ceil(3));
    assert!(key.get("d").is_none());
}

#[test]
fn metadata_and_keys_can_be_cached_for_an_hour() {
    let emulator = with_pages();
    for path in ["/.well-known/openid-configuration", "/oauth/certs"] {
        assert_eq!(get(&emulator, path).header("cache-control"), Some("max-age=3600"));
    }
}

#[test]
fn every_emulator_has_its_own_key() {
    let kid = || get(&with_pages(), "/oauth/certs").json()["keys"][0]["kid"].clone();
    assert_ne!(kid(), kid());
}
