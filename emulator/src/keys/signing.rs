//! A signing key of the emulator: 2048-bit RSA, newly created in every run and never written to disk. Only the key of
//! repeatable runs is built in, because aws-lc cannot create a key from a seed.
//!
//! Signs compact JWS (RFC 7515 section 3.1) with RS256 (RFC 7518 section 3.3), and shows its public half as a JWK
//! (RFC 7517 section 4). It verifies nothing.

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};

use crate::http::verbatim;

/// Everyone can read this key: it signs in repeatable runs of the emulator, and must never sign anything else.
const DEVELOPMENT_ONLY: &[u8] = include_bytes!("development-only.pk8");

/// A key pair and the members of its public half.
pub(crate) struct SigningKey {
    pair: KeyPair,
    modulus: String,
    exponent: String,
    key_id: String,
}

impl SigningKey {
    /// A new key.
    pub(crate) fn generate() -> Result<Self, Unspecified> {
        KeyPair::generate(KeySize::Rsa2048).map(Self::of)
    }

    /// The key of repeatable runs, the same in every emulator.
    pub(crate) fn development() -> Result<Self, Unspecified> {
        KeyPair::from_pkcs8(DEVELOPMENT_ONLY).map(Self::of).map_err(|_| Unspecified)
    }

    fn of(pair: KeyPair) -> Self {
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let modulus = URL_SAFE_NO_PAD.encode(&public.n);
        let exponent = URL_SAFE_NO_PAD.encode(&public.e);
        let key_id = thumbprint(&modulus, &exponent);
        Self { pair, modulus, exponent, key_id }
    }

    /// The public half.
    pub(crate) fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.key_id,
            "n": self.modulus,
            "e": self.exponent,
        })
    }

    /// Its `kid`.
    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public key in PEM, for the attack that uses it as a shared secret.
    pub(crate) fn public_pem(&self) -> Result<String, Unspecified> {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der()?;
        let base64 = STANDARD.encode(der.as_ref());
        let lines: String = base64
            .as_bytes()
            .chunks(64)
            .flat_map(|line| [line, b"\n"])
            .flatten()
            .map(|byte| char::from(*byte))
            .collect();
        Ok(format!("-----BEGIN PUBLIC KEY-----\n{lines}-----END PUBLIC KEY-----\n"))
    }

    /// The claims as a signed JWT.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Unspecified> {
        self.sign_text(&json!({ "alg": "RS256", "kid": self.key_id, "typ": "JWT" }), &text(claims)?)
    }

    /// The same with any header, and a payload that need not be well-formed.
    pub(crate) fn sign_text(&self, header: &Value, payload: &str) -> Result<String, Unspecified> {
        let input = signing_input(header, payload);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// What is signed (RFC 7515 section 5.1).
pub(crate) fn signing_input(header: &Value, payload: &str) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(verbatim::written(payload))
    )
}

fn text(claims: &impl Serialize) -> Result<String, Unspecified> {
    serde_json::to_string(claims).map_err(|_| Unspecified)
}

/// The hash of the key as its `kid` (RFC 7638 section 3), so that no two keys share one.
fn thumbprint(modulus: &str, exponent: &str) -> String {
    let canonical = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    fn unchecked_claims() -> Validation {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.required_spec_claims.clear();
        validation
    }

    #[test]
    fn another_library_verifies_the_signature_with_the_public_half() {
        let key = SigningKey::generate().unwrap();
        let jwk: Jwk = serde_json::from_value(key.jwk()).unwrap();
        let token = key.sign(&json!({ "sub": "somebody" })).unwrap();
        let verified =
            decode::<Value>(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &unchecked_claims()).unwrap();
        assert_eq!(verified.claims["sub"], "somebody");
        assert_eq!(verified.header.kid, jwk.common.key_id);
    }

    #[test]
    fn another_key_does_not_verify_the_signature() {
        let token = SigningKey::generate().unwrap().sign(&json!({})).unwrap();
        let other: Jwk = serde_json::from_value(SigningKey::generate().unwrap().jwk()).unwrap();
        assert!(
            decode::<Value>(&token, &DecodingKey::from_jwk(&other).unwrap(), &unchecked_claims()).is_err()
        );
    }

    #[test]
    fn the_key_id_is_the_thumbprint_of_the_key() {
        let key = SigningKey::generate().unwrap();
        let jwk: Jwk = serde_json::from_value(key.jwk()).unwrap();
        assert_eq!(jwk.thumbprint(ThumbprintHash::SHA256).unwrap(), key.key_id);
    }

    #[test]
    fn the_key_of_repeatable_runs_is_always_the_same() {
        let key_id = || SigningKey::development().unwrap().key_id().to_owned();
        assert_eq!(key_id(), key_id());
        assert_ne!(key_id(), SigningKey::generate().unwrap().key_id());
    }

    #[test]
    fn the_public_half_as_text_holds_the_modulus() {
        let key = SigningKey::generate().unwrap();
        let pem = key.public_pem().unwrap();
        let der =
            STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap();
        let modulus = URL_SAFE_NO_PAD.decode(&key.modulus).unwrap();
        assert!(der.windows(modulus.len()).any(|window| window == modulus));
        assert!(pem.lines().all(|line| line.len() <= 64));
    }
}
