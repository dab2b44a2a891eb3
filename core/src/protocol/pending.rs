//! What must be remembered between the two legs of a login, as one sealed string.
//!
//! The state that travels through Clever and the pending login that stays with the browser are both sealed with
//! AES-256-GCM-SIV (RFC 8452). Whoever knows the key can finish the login: no session store is needed. The state carries
//! how often the login was restarted, since it is the one thing that comes back even if the browser keeps no cookies.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, ErrorCode, Result};
use crate::secret::Secret;

/// A pending login is good for ten minutes.
pub const LIFETIME_SECONDS: u64 = 600;
/// The longest pending login, in bytes: it must fit a cookie beside others.
pub const MAX_BYTES: usize = 512;
/// What is left of it for `return_to`, in bytes.
pub const MAX_RETURN_TO_BYTES: usize = MAX_BYTES * 3 / 4 - NONCE_LEN - TAG_BYTES - FIXED_BYTES;

const VERSION: u8 = 1;
const TAG_BYTES: usize = 16;
const STATE_BYTES: usize = NONCE_LEN + 1 + TAG_BYTES;
const NONCE_BYTES: usize = 16;
const DIGEST_BYTES: usize = 16;
const FIXED_BYTES: usize = 1 + 8 + 1 + STATE_BYTES + NONCE_BYTES + DIGEST_BYTES;

/// The random bytes that one login needs.
pub const ENTROPY_BYTES: usize = NONCE_LEN + NONCE_LEN + NONCE_BYTES;

/// The keys that seal and open: the first seals, all open.
pub struct SealingKeys {
    keys: Vec<LessSafeKey>,
}

impl SealingKeys {
    /// Derives one key from each secret (HKDF-SHA256, RFC 5869), for this client only.
    ///
    /// # Errors
    /// `client_secret_missing` when there is none, `internal` when the crypto library fails.
    pub fn derive<'a>(client_id: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> Result<Self> {
        let keys: Vec<_> =
            secrets.into_iter().map(|secret| derive(client_id, secret)).collect::<Result<_>>()?;
        if keys.is_empty() { Err(Error::new(ErrorCode::ClientSecretMissing)) } else { Ok(Self { keys }) }
    }

    fn seal(&self, purpose: &[u8], nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<Vec<u8>> {
        let key = self.keys.first().ok_or_else(|| Error::new(ErrorCode::ClientSecretMissing))?;
        let mut sealed = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed)
            .map_err(|_| Error::with_detail(ErrorCode::Internal, "sealing failed"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn open(&self, purpose: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce: [u8; NONCE_LEN] = nonce.try_into().ok()?;
        self.keys.iter().find_map(|key| {
            let mut buffer = sealed.to_vec();
            let nonce = Nonce::assume_unique_for_key(nonce);
            key.open_in_place(nonce, Aad::from(purpose), &mut buffer).ok().map(|plain| plain.to_vec())
        })
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SealingKeys({})", self.keys.len())
    }
}

fn derive(client_id: &str, secret: &Secret) -> Result<LessSafeKey> {
    let failed = |_| Error::with_detail(ErrorCode::Internal, "a key could not be derived");
    let material = Salt::new(HKDF_SHA256, b"clever_sso pending login v1").extract(secret.expose().as_bytes());
    let info = [client_id.as_bytes()];
    let key: UnboundKey = material.expand(&info, &AES_256_GCM_SIV).map_err(failed)?.into();
    Ok(LessSafeKey::new(key))
}

/// A login between its two legs.
pub struct Pending {
    /// The state that went to Clever.
    pub state: String,
    /// The nonce that went to Clever.
    pub nonce: String,
    /// Which redirect URI was used, as a digest: the URI itself stands in the configuration.
    redirect_uri_digest: [u8; DIGEST_BYTES],
    /// Where the application wanted to go afterwards.
    pub return_to: Option<String>,
    /// When it was sealed, in Unix seconds.
    pub issued_at: u64,
    /// How often this login was begun anew.
    pub restarts: u8,
}

impl Pending {
    /// Begins: draws state and nonce from `entropy`. Gives the pending login and its sealed form.
    ///
    /// # Errors
    /// `return_to_unsafe` when it is too long to be sealed, `internal`.
    pub fn begin(
        keys: &SealingKeys,
        redirect_uri: &str,
        return_to: Option<&str>,
        restarts: u8,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<(Self, String)> {
        if return_to.is_some_and(|path| path.len() > MAX_RETURN_TO_BYTES) {
            let detail = format!("it is longer than {MAX_RETURN_TO_BYTES} bytes");
            return Err(Error::with_detail(ErrorCode::ReturnToUnsafe, detail));
        }
        let (for_state, rest) = entropy.split_at(NONCE_LEN);
        let (for_pending, for_nonce) = rest.split_at(NONCE_LEN);
        let state = keys.seal(b"state", fixed(for_state)?, &[restarts])?;
        let pending = Self {
            state: URL_SAFE_NO_PAD.encode(&state),
            nonce: URL_SAFE_NO_PAD.encode(for_nonce),
            redirect_uri_digest: redirect_uri_digest(redirect_uri),
            return_to: return_to.map(str::to_owned),
            issued_at: now,
            restarts,
        };
        let plain = [
            &[VERSION][..],
            &now.to_be_bytes(),
            &[restarts],
            &state,
            for_nonce,
            &pending.redirect_uri_digest,
            return_to.unwrap_or_default().as_bytes(),
        ]
        .concat();
        let sealed = URL_SAFE_NO_PAD.encode(keys.seal(b"pending", fixed(for_pending)?, &plain)?);
        Ok((pending, sealed))
    }

    /// Opens a sealed pending login; `None` unless it was sealed with one of the keys.
    pub fn open(keys: &SealingKeys, sealed: &str) -> Option<Self> {
        if sealed.len() > MAX_BYTES {
            return None;
        }
        let plain = keys.open(b"pending", &URL_SAFE_NO_PAD.decode(sealed).ok()?)?;
        let mut fields = Fields(&plain);
        if fields.take(1)? != [VERSION] {
            return None;
        }
        Some(Self {
            issued_at: u64::from_be_bytes(fields.take(8)?.try_into().ok()?),
            restarts: *fields.take(1)?.first()?,
            state: URL_SAFE_NO_PAD.encode(fields.take(STATE_BYTES)?),
            nonce: URL_SAFE_NO_PAD.encode(fields.take(NONCE_BYTES)?),
            redirect_uri_digest: fields.take(DIGEST_BYTES)?.try_into().ok()?,
            return_to: Some(String::from_utf8(fields.0.to_vec()).ok()?).filter(|path| !path.is_empty()),
        })
    }

    /// Whether `state` is the one of this login.
    pub fn has_state(&self, state: &str) -> bool {
        verify_slices_are_equal(self.state.as_bytes(), state.as_bytes()).is_ok()
    }

    /// Whether this login went out with `redirect_uri`.
    pub fn has_redirect_uri(&self, redirect_uri: &str) -> bool {
        self.redirect_uri_digest == redirect_uri_digest(redirect_uri)
    }

    /// Whether more than ten minutes have passed, or the clock went far backwards.
    pub fn is_expired(&self, now: u64) -> bool {
        now.saturating_sub(self.issued_at) > LIFETIME_SECONDS
            || self.issued_at.saturating_sub(now) > LIFETIME_SECONDS
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pending").field("restarts", &self.restarts).finish_non_exhaustive()
    }
}

/// How often the login was restarted to which `state` belongs; `None` if the state was not sealed with one of the keys.
pub fn restarts_in_state(keys: &SealingKeys, state: &str) -> Option<u8> {
    let sealed = URL_SAFE_NO_PAD.decode(state).ok().filter(|bytes| bytes.len() == STATE_BYTES)?;
    keys.open(b"state", &sealed)?.first().copied()
}

fn redirect_uri_digest(redirect_uri: &str) -> [u8; DIGEST_BYTES] {
    let mut short = [0; DIGEST_BYTES];
    short.copy_from_slice(&digest(&SHA256, redirect_uri.as_bytes()).as_ref()[..DIGEST_BYTES]);
    short
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| Error::new(ErrorCode::Internal))
}

struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (field, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: &str = "https://app.example/cb";

    fn keys(secrets: &[&str]) -> SealingKeys {
        let secrets: Vec<_> = secrets.iter().map(|text| Secret::from(*text)).collect();
        SealingKeys::derive("client", &secrets).unwrap()
    }

    fn begin(keys: &SealingKeys, return_to: Option<&str>) -> (Pending, String) {
        let entropy = crate::entropy::bytes().unwrap();
        Pending::begin(keys, REDIRECT, return_to, 1, 1000, &entropy).unwrap()
    }

    #[test]
    fn what_was_sealed_comes_back() {
        let keys = keys(&["secret"]);
        let (begun, sealed) = begin(&keys, Some("/lesson?n=1"));
        let opened = Pending::open(&keys, &sealed).unwrap();
        assert!(opened.has_state(&begun.state) && opened.has_redirect_uri(REDIRECT));
        assert_eq!((opened.nonce, opened.return_to), (begun.nonce, begun.return_to));
        assert_eq!((opened.issued_at, opened.restarts), (1000, 1));
        assert_eq!(restarts_in_state(&keys, &opened.state), Some(1));
    }

    #[test]
    fn another_process_with_the_key_can_finish_and_one_without_cannot() {
        let (_, sealed) = begin(&keys(&["old"]), None);
        assert!(Pending::open(&keys(&["new", "old"]), &sealed).is_some());
        assert!(Pending::open(&keys(&["new"]), &sealed).is_none());
        let other_client = SealingKeys::derive("client2", &[Secret::from("old")]).unwrap();
        assert!(Pending::open(&other_client, &sealed).is_none());
    }

    #[test]
    fn any_changed_character_is_refused() {
        let keys = keys(&["secret"]);
        let (begun, sealed) = begin(&keys, Some("/x"));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(Pending::open(&keys, std::str::from_utf8(&changed).unwrap()).is_none(), "{at}");
        }
        for wrong in ["", "A", &sealed[1..], &format!("{sealed}A"), &begun.state, &"A".repeat(10_000)] {
            assert!(Pending::open(&keys, wrong).is_none());
        }
        assert_eq!(restarts_in_state(&keys, &sealed), None);
    }

    #[test]
    fn the_longest_one_has_at_most_512_bytes() {
        let keys = keys(&["secret"]);
        let (_, sealed) = begin(&keys, Some(&format!("/{}", "x".repeat(MAX_RETURN_TO_BYTES - 1))));
        assert!(sealed.len() <= MAX_BYTES, "{}", sealed.len());
        assert!(Pending::open(&keys, &sealed).is_some());
    }

    #[test]
    fn it_is_good_for_ten_minutes() {
        let (begun, _) = begin(&keys(&["secret"]), None);
        assert!(!begun.is_expired(1600) && begun.is_expired(1601));
        assert!(!begun.is_expired(990) && begun.is_expired(0));
    }
}
