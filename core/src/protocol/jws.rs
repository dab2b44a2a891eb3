//! Strict compact JWS (RFC 7515 7.1) with RS256 (RFC 7518 3.3) and nothing else.
//!
//! The algorithm is fixed before the token is read: a token with another algorithm in its header is refused (RFC 8725 3.1). The
//! only part of a token that selects its key is `kid`, and the key is looked up, never fetched (RFC 8725 3.10).
//!
//! Only this file calls the signature library.

use std::fmt;
use std::sync::{Arc, RwLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64_simd::{Out, URL_SAFE_NO_PAD};

use super::json::Object;
use crate::error::{Error, ErrorCode, Result, quote};
use crate::process::prepare_thread;

/// Longer tokens are refused before any part is decoded. Clever's have about 900 bytes.
pub(crate) const MAX_TOKEN_BYTES: usize = 32 * 1024;
/// Longer headers are refused before they are decoded, because they are read before the signature is checked, so anyone can send
/// one. Clever's have about 60 bytes.
const MAX_HEADER_BYTES: usize = 8 * 1024;
/// The header members that affect how the token is read: those that are checked below, and the claims that a header may repeat
/// (RFC 7519 5.3).
const DECIDING: [&str; 10] = ["alg", "kid", "typ", "cty", "crit", "b64", "zip", "iss", "sub", "aud"];
/// A token costs at most this many RSA operations, regardless of its header and of the number of keys.
const MOST_TRIES: usize = 16;
/// RS256 signatures of keys from 2048 to 8192 bits.
const SIGNATURE_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
/// A verification takes one step for each bit of the exponent. Exponents in use have 2 or 17 bits.
const MAX_EXPONENT_BYTES: usize = 8;

/// An RSA key that may verify tokens: parsed once, and used once before any other thread gets it.
pub(crate) struct PublicKey {
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Takes the modulus and exponent, big-endian. `None` unless the key has 2048 to 8192 bits and an odd exponent above 1 (with
    /// 1, anyone could sign). Leading zeros, which some providers write before a high bit, are removed.
    pub(crate) fn from_components(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
        let sized =
            SIGNATURE_BYTES.contains(&modulus.len()) && modulus.first().is_some_and(|first| *first >= 0x80);
        let odd = exponent.last().is_some_and(|last| last % 2 == 1);
        let plain = exponent.len() <= MAX_EXPONENT_BYTES && exponent != [1];
        if !(sized && odd && plain) {
            return None;
        }
        prepare_thread();
        let components = RsaPublicKeyComponents { n: modulus, e: exponent };
        let parsed = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?;
        // The first use of a key takes a lock inside the library. After a fork at that moment, the lock would stay locked in the
        // child forever. So the first use happens here, where no other thread has the key yet.
        let key = Self { parsed };
        let _ = key.verifies(b"", &vec![0; modulus.len()]);
        Some(key)
    }

    /// Hashes the message first, because the library has less to set up for a digest.
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        prepare_thread();
        self.parsed.verify_digest_sig(&digest(&SHA256, message), signature).is_ok()
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PublicKey(RSA)")
    }
}

/// The keys that may verify tokens, by their `kid`. Made from a JWKS by [`KeySet::parse`].
///
/// ```
/// use clever_sso::KeySet;
///
/// assert!(KeySet::default().is_empty());
/// ```
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<(Option<String>, PublicKey)>,
    /// The header of the last verified token. A provider sends the same header again and again, so it does not need to be checked
    /// again.
    ///
    /// Never waits for this lock, because it may stay locked in a forked child.
    last_header: RwLock<Option<Arc<Header>>>,
}

impl KeySet {
    pub(super) fn new(keys: Vec<(Option<String>, PublicKey)>) -> Self {
        Self { keys, last_header: RwLock::default() }
    }

    /// The number of keys that may verify tokens.
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key may verify tokens.
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    fn known_header(&self, encoded: &str) -> Option<Arc<Header>> {
        let last = self.last_header.try_read().ok()?;
        last.as_ref().filter(|header| *header.encoded == *encoded).cloned()
    }

    fn remember(&self, header: &Arc<Header>) {
        if let Ok(mut last) = self.last_header.try_write() {
            *last = Some(Arc::clone(header));
        }
    }

    /// The keys that may belong to a header's `kid`, and whether one of them has exactly this `kid`.
    ///
    /// A token without `kid` may have been signed by any key in the set, and one with `kid` also by a key without one (OpenID
    /// Connect Core 10.1). That is safe, because every signature is checked in full.
    fn candidates<'a>(&'a self, kid: Option<&'a str>) -> (bool, impl Iterator<Item = &'a PublicKey>) {
        let meant = move |name: Option<&str>| kid.is_none() || name == kid;
        let fits = |named: bool| {
            self.keys.iter().filter(move |(name, _)| {
                if named { meant(name.as_deref()) } else { kid.is_some() && name.is_none() }
            })
        };
        (fits(true).next().is_some(), fits(true).chain(fits(false)).map(|(_, key)| key).take(MOST_TRIES))
    }
}

/// Checks the signature and returns the payload, decoded.
///
/// ```
/// use clever_sso::protocol::verify_jws;
/// use clever_sso::{ErrorCode, KeySet};
///
/// let error = verify_jws("no token", &KeySet::default()).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::IdTokenMalformed);
/// ```
///
/// # Errors
/// `id_token_malformed`, `id_token_algorithm`, `id_token_header`, `id_token_key_unknown`, `id_token_signature`.
pub fn verify(token: &str, keys: &KeySet) -> Result<Vec<u8>> {
    verify_with_header(token, keys).map(|(_, payload)| payload)
}

/// Like [`verify`], and also returns the header, which may repeat claims (RFC 7519 5.3).
pub(super) fn verify_with_header(token: &str, keys: &KeySet) -> Result<(Arc<Header>, Vec<u8>)> {
    let parts = Parts::split(token)?;
    let known = keys.known_header(parts.header);
    let header = match &known {
        Some(header) => Arc::clone(header),
        None => Arc::new(Header::read(parts.header)?),
    };
    let mut buffer = [0; *SIGNATURE_BYTES.end()];
    let signature = decode_signature(parts.signature, &mut buffer)?;
    check_signature(keys, header.kid(), parts.signed, signature)?;
    if known.is_none() {
        keys.remember(&header);
    }
    Ok((header, decode(parts.payload, "payload")?))
}

/// The header of an ID token that passed its checks.
#[derive(Debug)]
pub(super) struct Header {
    /// The text in the token.
    encoded: Box<str>,
    pub(super) object: Object,
}

impl Header {
    /// The `kid`. Empty means unset.
    fn kid(&self) -> Option<&str> {
        self.object.text("kid").filter(|kid| !kid.is_empty())
    }

    fn read(encoded: &str) -> Result<Self> {
        if encoded.len() > MAX_HEADER_BYTES {
            return Err(malformed(format!(
                "the header has {} bytes, at most {MAX_HEADER_BYTES} are allowed",
                encoded.len()
            )));
        }
        let object = Object::read(decode(encoded, "header")?, &DECIDING)
            .map_err(|why| malformed(format!("the header is {why}")))?;
        check_algorithm(&object)?;
        check_header(&object)?;
        Ok(Self { encoded: encoded.into(), object })
    }
}

struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// The signed part: header, dot and payload.
    signed: &'a str,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(malformed(format!(
                "it has {} bytes, at most {MAX_TOKEN_BYTES} are allowed",
                token.len()
            )));
        }
        let parts = token.rsplit_once('.').and_then(|(signed, signature)| {
            let (header, payload) = signed.split_once('.')?;
            Some(Self { header, payload, signature, signed })
        });
        // If there are more dots, they are in the payload now, which is then not valid base64url.
        parts.ok_or_else(|| malformed("it does not have three parts"))
    }
}

/// Base64url without padding, without line breaks, canonical (RFC 7515 2, RFC 4648 3.5).
fn decode(part: &str, name: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD
        .decode_to_vec(part)
        .map_err(|_| malformed(format!("the {name} is not base64url without padding")))
}

/// Like [`decode`], without an allocation: the buffer has room for the longest signature that an accepted key can make.
fn decode_signature<'a>(part: &str, buffer: &'a mut [u8]) -> Result<&'a [u8]> {
    let not_base64url = |_| malformed("the signature is not base64url without padding");
    let length = URL_SAFE_NO_PAD.decoded_length(part.as_bytes()).map_err(not_base64url)?;
    let place = buffer.get_mut(..length).ok_or_else(|| Error::new(ErrorCode::IdTokenSignature))?;
    let decoded = URL_SAFE_NO_PAD.decode(part.as_bytes(), Out::from_slice(place)).map_err(not_base64url)?;
    Ok(decoded)
}

/// RFC 7515 4.1.1: the value must be exactly `RS256`. `none`, in any spelling, is refused like all others.
fn check_algorithm(header: &Object) -> Result<()> {
    match header.text("alg") {
        Some("RS256") => Ok(()),
        Some(other) => Err(Error::with_detail(
            ErrorCode::IdTokenAlgorithm,
            format!("expected \"RS256\", found {}", quote(other)),
        )),
        None => Err(Error::with_detail(ErrorCode::IdTokenAlgorithm, "expected \"RS256\", found none")),
    }
}

fn check_header(header: &Object) -> Result<()> {
    // Each of these says that the token must be read in a different way (RFC 7515 4.1.11, RFC 7797 3, RFC 7516 4.1.3, RFC 7519
    // 5.2). Reading it in the usual way would be a guess.
    for name in ["crit", "b64", "zip", "cty"] {
        if header.has(name) {
            return Err(Error::with_detail(ErrorCode::IdTokenHeader, name));
        }
    }
    // RFC 8725 3.11: other kinds of tokens name their type (`at+jwt`, `logout+jwt`), and are not ID tokens. The prefix is
    // optional (RFC 7515 4.1.9).
    let is_jwt =
        |kind: &str| kind.eq_ignore_ascii_case("JWT") || kind.eq_ignore_ascii_case("application/jwt");
    // Null means unset, as everywhere. `kid` is only a hint (RFC 7515 4.1.4): the signature decides.
    if header.has("typ") && !header.is_null("typ") && !header.text("typ").is_some_and(is_jwt) {
        return Err(Error::with_detail(ErrorCode::IdTokenHeader, "typ is not \"JWT\""));
    }
    if header.has("kid") && !header.is_null("kid") && header.text("kid").is_none() {
        return Err(Error::with_detail(ErrorCode::IdTokenHeader, "kid is not a string"));
    }
    Ok(())
}

fn check_signature(keys: &KeySet, kid: Option<&str>, signed: &str, signature: &[u8]) -> Result<()> {
    let (known, mut candidates) = keys.candidates(kid);
    if candidates.any(|key| key.verifies(signed.as_bytes(), signature)) {
        return Ok(());
    }
    if known {
        return Err(Error::new(ErrorCode::IdTokenSignature));
    }
    let detail = kid.map_or_else(|| "no kid".to_owned(), |kid| format!("kid {}", quote(kid)));
    Err(Error::with_detail(ErrorCode::IdTokenKeyUnknown, format!("{detail}, {} keys are known", keys.len())))
}

fn malformed(detail: impl Into<String>) -> Error {
    Error::with_detail(ErrorCode::IdTokenMalformed, detail)
}

#[cfg(test)]
mod tests;
