//! `clever_sso_claims`: an ID token that passed every rule.

use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::ptr;
use std::time::{SystemTime, UNIX_EPOCH};

use clever_sso::{Claims, Expected, KeySet, Member, verify_id_token_with};

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, optional, owned, required};

/// The claims of an ID token that passed every rule.
pub struct clever_sso_claims {
    /// Names and texts of the string claims, each with a NUL behind it, and where they begin: one piece of memory, since
    /// a busy application makes and frees many of these.
    texts: Vec<u8>,
    places: Vec<(usize, usize)>,
    json: CString,
}

impl From<&Claims> for clever_sso_claims {
    fn from(claims: &Claims) -> Self {
        let json = claims.as_json();
        let mut made = Self {
            texts: Vec::with_capacity(json.len() + json.len() / 2),
            places: Vec::new(),
            json: owned(json),
        };
        for (name, member) in claims.iter() {
            if let Member::Text(text) = member {
                let place = (made.keep(name), made.keep(text));
                made.places.push(place);
            }
        }
        made
    }
}

impl clever_sso_claims {
    fn keep(&mut self, text: &str) -> usize {
        let start = self.texts.len();
        if text.contains('\0') {
            self.texts.extend_from_slice(owned(text).as_bytes_with_nul());
        } else {
            self.texts.extend_from_slice(text.as_bytes());
            self.texts.push(0);
        }
        start
    }

    fn at(&self, start: usize) -> Option<&CStr> {
        self.texts.get(start..).and_then(|rest| CStr::from_bytes_until_nul(rest).ok())
    }

    fn text(&self, name: &CStr) -> Option<&CStr> {
        let (_, text) = self.places.iter().find(|(known, _)| self.at(*known) == Some(name))?;
        self.at(*text)
    }
}

/// Verifies an ID token against Clever's keys, which are fetched when they are not known yet.
///
/// `nonce` is the one that was sent; with NULL the token must have none. `access_token` may be NULL.
///
/// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the word of the rule that is broken, and
/// with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK` when keys must be fetched.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_id_token(
    client: Option<&clever_sso_client>,
    id_token: *const c_char,
    nonce: *const c_char,
    access_token: *const c_char,
    claims: Option<&mut MaybeUninit<Option<Box<clever_sso_claims>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(claims, error, || {
        let id_token = required(id_token, "id_token")?;
        let (nonce, access_token) = (optional(nonce, "nonce")?, optional(access_token, "access_token")?);
        Ok((&handle(client, "client")?.client.verify_id_token(id_token, nonce, access_token)?).into())
    })
}

/// Keys that may verify ID tokens, made once from a JWKS text. May be used from many threads at once.
pub struct clever_sso_key_set {
    keys: KeySet,
}

/// Reads a JWKS text (RFC 7517). Keys that are broken or meant for something else are left out.
///
/// Free the keys with `clever_sso_key_set_free`. Fails with `CLEVER_SSO_CLEVER` when it is no JWKS or no key in it may verify.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_key_set_new(
    jwks: *const c_char,
    keys: Option<&mut MaybeUninit<Option<Box<clever_sso_key_set>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(keys, error, || Ok(clever_sso_key_set { keys: KeySet::parse(required(jwks, "jwks")?)? }))
}

/// Frees keys. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_key_set_free(keys: Option<Box<clever_sso_key_set>>) {
    drop(keys);
}

/// Verifies an ID token with nothing but the arguments: no client, no network.
///
/// `nonce` is the one that was sent; with NULL the token must have none. `now` is in Unix seconds, a negative one means this
/// machine's clock. `leeway` is in seconds, at most 600. `access_token` may be NULL.
///
/// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the word of the rule that is broken.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_id_token_with(
    id_token: *const c_char,
    keys: Option<&clever_sso_key_set>,
    issuer: *const c_char,
    client_id: *const c_char,
    nonce: *const c_char,
    now: i64,
    leeway: u32,
    access_token: *const c_char,
    claims: Option<&mut MaybeUninit<Option<Box<clever_sso_claims>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(claims, error, || {
        let expected = Expected {
            issuer: required(issuer, "issuer")?,
            client_id: required(client_id, "client_id")?,
            nonce: optional(nonce, "nonce")?,
            now: u64::try_from(now).unwrap_or_else(|_| clock()),
            leeway: u64::from(leeway),
            access_token: optional(access_token, "access_token")?,
        };
        let id_token = required(id_token, "id_token")?;
        Ok((&verify_id_token_with(id_token, &handle(keys, "keys")?.keys, &expected)?).into())
    })
}

fn clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A claim that is a string, by its name, for example `sub`; NULL when there is none. Borrowed from `claims`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_text(
    claims: Option<&clever_sso_claims>,
    name: *const c_char,
) -> *const c_char {
    let name = required(name, "name").ok().map(owned);
    claims.zip(name).and_then(|(claims, name)| claims.text(&name)).map_or(ptr::null(), CStr::as_ptr)
}

/// All claims, as one JSON object. Borrowed from `claims`; NULL when that is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_json(claims: Option<&clever_sso_claims>) -> *const c_char {
    borrowed(claims.map(|claims| &claims.json))
}

/// Frees claims. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_free(claims: Option<Box<clever_sso_claims>>) {
    drop(claims);
}
