//! Signs ID tokens as Clever does.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::clever::CLIENT_ID;

/// A key and its name. Generating keys is slow, so all tests share two.
#[derive(Clone, Copy)]
pub(crate) struct Signer {
    kid: &'static str,
    pair: &'static KeyPair,
}

impl Signer {
    pub(crate) fn first() -> Self {
        static PAIR: OnceLock<KeyPair> = OnceLock::new();
        Self { kid: "first", pair: PAIR.get_or_init(generate) }
    }

    pub(crate) fn second() -> Self {
        static PAIR: OnceLock<KeyPair> = OnceLock::new();
        Self { kid: "second", pair: PAIR.get_or_init(generate) }
    }

    pub(crate) fn jwk(self) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        let (n, e) = (URL_SAFE_NO_PAD.encode(&public.n), URL_SAFE_NO_PAD.encode(&public.e));
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e })
    }

    /// A valid token of `issuer`.
    pub(crate) fn token(self, issuer: &str) -> String {
        self.sign(&json!({ "alg": "RS256", "kid": self.kid }), issuer)
    }

    /// A valid token of `issuer` for the login that sent `nonce`.
    pub(crate) fn token_for(self, nonce: &str, issuer: &str) -> String {
        let mut claims = claims(issuer);
        claims["nonce"] = nonce.into();
        self.sign_claims(&json!({ "alg": "RS256", "kid": self.kid }), &claims)
    }

    pub(crate) fn sign(self, header: &Value, issuer: &str) -> String {
        self.sign_claims(header, &claims(issuer))
    }

    fn sign_claims(self, header: &Value, claims: &Value) -> String {
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", encoded(header), encoded(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn claims(issuer: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({ "iss": issuer, "aud": CLIENT_ID, "sub": "58da8c63d7dc0ca068003d3b", "iat": now, "exp": now + 600 })
}

fn generate() -> KeyPair {
    KeyPair::generate(KeySize::Rsa2048).unwrap()
}
