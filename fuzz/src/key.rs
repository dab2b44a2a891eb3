//! The key that signs the tokens of a target, so that mutated tokens have valid signatures.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::KeySet;
use jsonwebtoken::DecodingKey;
use serde_json::json;

/// The `kid` of the key.
pub const KEY_ID: &str = "key-2024a";

/// No application trusts this key.
const DEVELOPMENT_ONLY: &[u8] = include_bytes!("../../emulator/src/keys/development-only.pk8");

/// A key pair.
pub struct Key {
    pair: KeyPair,
    /// The key set that contains it.
    pub jwks: String,
    /// The same key set, parsed by this library.
    pub keys: KeySet,
    /// The same key for the other library.
    pub theirs: DecodingKey,
}

/// The key that the emulator uses in repeatable runs.
pub fn key() -> &'static Key {
    static KEY: LazyLock<Key> = LazyLock::new(|| {
        let pair = KeyPair::from_pkcs8(DEVELOPMENT_ONLY).expect("the file is a key");
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let [n, e] = [&public.n, &public.e].map(|number| URL_SAFE_NO_PAD.encode(number));
        let jwks = json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": n, "e": e }] });
        let jwks = jwks.to_string();
        let keys = KeySet::parse(&jwks).expect("the key is valid");
        let theirs = DecodingKey::from_rsa_components(&n, &e).expect("the key is valid");
        Key { pair, jwks, keys, theirs }
    });
    &KEY
}

impl Key {
    /// A signed token with this header and payload.
    pub fn token(&self, header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).expect("the key signs");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
