//! The emulator's signature key: RSA with 2048 bits, made at every start and never written down, but for the one of
//! repeatable runs, which is built in because aws-lc makes no key from a seed.
//!
//! Signs compact JWS (RFC 7515 section 3.1) with RS256 (RFC 7518 section 3.3), and shows its public half as a JWK
//! (RFC 7517 section 4). It verifies nothing.

use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};

/// Everybody can read this key: it signs in repeatable runs of the emulator, and must never sign anything else.
const DEVELOPMENT_ONLY: &[u8] = include_bytes!("signing/development-only.pk8");

/// A key pair and the words by which its public half is known.
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

    /// The claims as a signed JWT.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Unspecified> {
        let header = encoded(&json!({ "alg": "RS256", "kid": self.key_id, "typ": "JWT" }))?;
        let input = format!("{header}.{}", encoded(claims)?);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn encoded(value: &impl Serialize) -> Result<String, Unspecified> {
    serde_json::to_vec(value).map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(|_| Unspecified)
}

/// The key's own hash as its name (RFC 7638 section 3), so that no two keys share one.
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
}
