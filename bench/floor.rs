//! Bare RSA: SHA-256 and `RSA_verify` of aws-lc, with a key that is already parsed and a token that is already decoded.

use std::hint::black_box;
use std::ptr;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The key of aws-lc, with the message and the signature to verify.
pub(crate) struct Floor {
    key: *mut aws_lc_sys::RSA,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

// SAFETY: verifying does not change the key, and aws-lc locks the data that it caches with the key.
unsafe impl Send for Floor {}
// SAFETY: the same.
unsafe impl Sync for Floor {}

impl Floor {
    pub(crate) fn new(token: &str, key: &Value) -> Self {
        let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        Self {
            key: raw_key(&number("n"), &number("e")),
            signed: signed.as_bytes().to_vec(),
            signature: URL_SAFE_NO_PAD.decode(signature).unwrap(),
        }
    }

    pub(crate) fn verify(&self) -> bool {
        let hash = digest(&SHA256, black_box(&self.signed));
        let hash = hash.as_ref();
        // SAFETY: all pointers come with their lengths, and the key lives as long as the process.
        let result = unsafe {
            aws_lc_sys::RSA_verify(
                aws_lc_sys::NID_sha256,
                hash.as_ptr(),
                hash.len(),
                self.signature.as_ptr(),
                self.signature.len(),
                self.key,
            )
        };
        result == 1
    }
}

fn raw_key(modulus: &[u8], exponent: &[u8]) -> *mut aws_lc_sys::RSA {
    let number = |bytes: &[u8]| {
        // SAFETY: the pointer comes with its length; NULL asks for a new number.
        unsafe { aws_lc_sys::BN_bin2bn(bytes.as_ptr(), bytes.len(), ptr::null_mut()) }
    };
    // SAFETY: the key takes ownership of the two numbers; it is never freed.
    let key = unsafe { aws_lc_sys::RSA_new_public_key(number(modulus), number(exponent)) };
    assert!(!key.is_null());
    key
}
