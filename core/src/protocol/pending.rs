//! The data between the start of a login and its callback, encrypted ("sealed").
//!
//! Two encrypted texts belong to one login, both sealed with AES-256-GCM-SIV (RFC 8452):
//!
//! - the **state** goes to Clever and comes back in the callback. It contains the data of the login that need not stay in this
//!   browser: where to go afterwards, which redirect URI was used, how often the browser was sent to Clever.
//! - the **pending login** stays in the browser. It contains the nonce, and is valid only for its own state.
//!
//! The code of a callback may be exchanged only if its state matches a pending login of the same browser (RFC 6749 section
//! 10.12). A state alone proves nothing about the browser. But this application made it, so a login that lost its cookie can
//! restart with the same `return_to`. Any process with the key can finish the login: no session store is needed.
//!
//! A browser keeps at most eight pending logins. If a login restarts when there are eight, it borrows the cookie of another
//! login: its state contains a digest of that cookie ([`Loan`]), so only the browser that has the cookie can finish it.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::authorize::ResponseType;
use crate::error::{Error, ErrorCode, Result};
use crate::process::prepare_thread;
use crate::secret::Secret;

/// A pending login is valid for ten minutes.
pub const LIFETIME_SECONDS: u32 = 600;
/// The longest `return_to`, in bytes.
pub const MAX_RETURN_TO_BYTES: usize = 1024;
/// The length of a login's key, which is the end of its cookie's name.
pub const KEY_BYTES: usize = 16;
/// The length of an application's short name, which is the end of the names of cookies that do not belong to one login.
const APPLICATION_BYTES: usize = 4;
/// The length of the digest that identifies a finished login. It is inside an encrypted text, and cookies must be short.
const LOGIN_DIGEST_BYTES: usize = 4;
/// A mark lists at most this number of logins.
const MAX_USED: usize = 8;

/// The version of all encrypted texts. Raise it whenever the meaning of their bytes changes: an older or newer process then
/// restarts the login.
const VERSION: u8 = 5;
const TAG_BYTES: usize = 16;
const SEAL_BYTES: usize = NONCE_LEN + TAG_BYTES;
const NONCE_BYTES: usize = 16;
const DIGEST_BYTES: usize = 16;
const STATE_FIXED_BYTES: usize = 1 + 8 + 1 + 1 + 1 + DIGEST_BYTES;
const MAX_STATE_BYTES: usize = encoded(SEAL_BYTES + STATE_FIXED_BYTES + DIGEST_BYTES + MAX_RETURN_TO_BYTES);
/// The length of a sealed pending login, in bytes.
pub const PENDING_BYTES: usize = encoded(SEAL_BYTES + 1 + 8 + NONCE_BYTES + DIGEST_BYTES);

const MAX_FINISHED_BYTES: usize =
    encoded(SEAL_BYTES + 1 + 4 + 1 + LOGIN_DIGEST_BYTES + 2 + MAX_USED * LOGIN_DIGEST_BYTES);

/// The random bytes that one login needs.
pub const ENTROPY_BYTES: usize = 3 * NONCE_LEN + NONCE_BYTES;

const SWITCH_USER: u8 = 1;
const IN_SESSION: u8 = 2;
const BORROWS: u8 = 16;
const IMPLICIT: u8 = 32;
/// The bits of a state that have a meaning.
const KNOWN: u8 = SWITCH_USER | IN_SESSION | MAX_ENDED << FLAG_BITS | BORROWS | IMPLICIT;
const IS_SIGN_IN: u8 = 1;
const IS_SWITCHED: u8 = 2;
/// Counts share a byte with two flags, because states and cookies must be short.
const FLAG_BITS: u32 = 2;
const ENDED_BITS: u32 = 2;
const MAX_ENDED: u8 = (1 << ENDED_BITS) - 1;
const MAX_RETURNS: u8 = u8::MAX >> (FLAG_BITS + ENDED_BITS);

fn ended(sessions: u8) -> u8 {
    sessions.min(MAX_ENDED) << FLAG_BITS
}

const fn flag(is_set: bool, flag: u8) -> u8 {
    if is_set { flag } else { 0 }
}

/// The length of base64url without padding.
const fn encoded(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// The keys that encrypt and decrypt: the first one encrypts, all of them decrypt.
pub struct SealingKeys {
    keys: Vec<LessSafeKey>,
    application: String,
}

impl SealingKeys {
    /// Derives one key from each secret (HKDF-SHA256, RFC 5869), for this client only.
    /// [`for_redirect_uris`](Self::for_redirect_uris) distinguishes its applications.
    ///
    /// # Errors
    /// `client_secret_missing` when there is no secret, `internal` when the crypto library fails.
    pub fn derive<'a>(client_id: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> Result<Self> {
        let keys: Vec<_> =
            secrets.into_iter().map(|secret| derive(client_id, secret)).collect::<Result<_>>()?;
        if keys.is_empty() {
            return Err(Error::new(ErrorCode::ClientSecretMissing));
        }
        Ok(Self { keys, application: short_name(&[client_id]) })
    }

    /// The same keys for the application of this client that has these redirect URIs, in any order.
    #[must_use]
    pub fn for_redirect_uris(self, client_id: &str, redirect_uris: &[String]) -> Self {
        let mut sorted: Vec<_> = redirect_uris.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        Self { application: short_name(&[&[client_id], &sorted[..]].concat()), ..self }
    }

    /// A short name for this application. Browsers send cookies to all ports and paths, so applications on one host need
    /// different names.
    pub fn application(&self) -> &str {
        &self.application
    }

    fn seal(&self, purpose: &[u8], nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<Vec<u8>> {
        let key = self.keys.first().ok_or_else(|| Error::new(ErrorCode::ClientSecretMissing))?;
        let mut sealed = plain.to_vec();
        prepare_thread();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed)
            .map_err(|_| Error::with_detail(ErrorCode::Internal, "sealing failed"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn open(&self, purpose: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce: [u8; NONCE_LEN] = nonce.try_into().ok()?;
        prepare_thread();
        self.keys.iter().find_map(|key| {
            let mut buffer = sealed.to_vec();
            let nonce = Nonce::assume_unique_for_key(nonce);
            key.open_in_place(nonce, Aad::from(purpose), &mut buffer).ok().map(|plain| plain.to_vec())
        })
    }
}

impl SealingKeys {
    fn seal_text(&self, purpose: &[u8], nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(self.seal(purpose, nonce, plain)?))
    }

    fn open_text(&self, purpose: &[u8], sealed: &str, longest: usize) -> Option<Vec<u8>> {
        if sealed.len() > longest {
            return None;
        }
        self.open(purpose, &URL_SAFE_NO_PAD.decode(sealed).ok()?)
    }
}

#[cfg(test)]
impl SealingKeys {
    /// An encrypted text with changed content, like one from another version.
    pub(crate) fn resealed(&self, purpose: &str, sealed: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut plain = self.open_text(purpose.as_bytes(), sealed, sealed.len()).unwrap();
        change(&mut plain);
        self.seal_text(purpose.as_bytes(), [7; NONCE_LEN], &plain).unwrap()
    }
}

#[cfg(feature = "__fuzz")]
impl SealingKeys {
    /// Encrypts any bytes.
    pub(crate) fn sealed(
        &self,
        purpose: &str,
        plain: &[u8],
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<String> {
        self.seal_text(purpose.as_bytes(), fixed(&entropy[..NONCE_LEN])?, plain)
    }

    /// Decrypts a text.
    pub(crate) fn opened(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        self.open_text(purpose.as_bytes(), sealed, sealed.len())
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SealingKeys({})", self.keys.len())
    }
}

fn derive(client_id: &str, secret: &Secret) -> Result<LessSafeKey> {
    let failed = |_| Error::with_detail(ErrorCode::Internal, "a key could not be derived");
    prepare_thread();
    let material = Salt::new(HKDF_SHA256, b"clever_sso pending login v1").extract(secret.expose().as_bytes());
    let info = [client_id.as_bytes()];
    let key: UnboundKey = material.expand(&info, &AES_256_GCM_SIV).map_err(failed)?.into();
    Ok(LessSafeKey::new(key))
}

/// The content of a state.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginState {
    /// When the login began, in Unix seconds.
    pub issued_at: u64,
    /// How often this login sent the browser to Clever, including this time.
    pub redirects: u8,
    /// How many sign-ins in a row, right before this login, left no session.
    pub lost_sessions: u8,
    /// How many sign-ins in a row, right before this login, left a session that came back without a signed-in person.
    pub ended_sessions: u8,
    /// The grant. A state for one grant proves nothing for the other.
    pub response_type: ResponseType,
    /// Whether Clever asks the person to confirm who they are.
    pub switch_user: bool,
    /// Whether a person was signed in when this login began.
    pub in_session: bool,
    /// The redirect URI, as a digest: the URI itself is in the configuration.
    redirect_uri_digest: [u8; DIGEST_BYTES],
    /// The cookie that proves the login, if it has no cookie of its own.
    pub loan: Option<Loan>,
    /// Where to go afterwards.
    pub return_to: Option<String>,
}

impl LoginState {
    /// The state of a login that begins now with `redirect_uri`.
    pub fn new(redirect_uri: &str, return_to: Option<&str>, now: u64) -> Self {
        Self {
            issued_at: now,
            redirects: 1,
            lost_sessions: 0,
            ended_sessions: 0,
            response_type: ResponseType::Code,
            switch_user: false,
            in_session: false,
            redirect_uri_digest: short_digest(redirect_uri),
            loan: None,
            return_to: return_to.map(str::to_owned),
        }
    }

    /// The sealed text that goes to Clever.
    ///
    /// # Errors
    /// `return_to_unsafe` when it is too long to be encrypted, `internal`.
    pub fn seal(&self, keys: &SealingKeys, entropy: &[u8; ENTROPY_BYTES]) -> Result<String> {
        let return_to = self.return_to.as_deref().unwrap_or_default();
        if return_to.len() > MAX_RETURN_TO_BYTES {
            let detail = format!("it is longer than {MAX_RETURN_TO_BYTES} bytes");
            return Err(Error::with_detail(ErrorCode::ReturnToUnsafe, detail));
        }
        let flags = flag(self.switch_user, SWITCH_USER)
            | flag(self.in_session, IN_SESSION)
            | flag(self.loan.is_some(), BORROWS)
            | flag(self.response_type == ResponseType::Token, IMPLICIT)
            | ended(self.ended_sessions);
        let loan = self.loan.as_ref().map_or(&[][..], |loan| &loan.0);
        let plain = [
            &[VERSION][..],
            &self.issued_at.to_be_bytes(),
            &[self.redirects, self.lost_sessions, flags],
            &self.redirect_uri_digest,
            loan,
            return_to.as_bytes(),
        ]
        .concat();
        keys.seal_text(b"state", fixed(&entropy[..NONCE_LEN])?, &plain)
    }

    /// Decrypts a state; `None` if none of the keys encrypted it.
    pub fn open(keys: &SealingKeys, state: &str) -> Option<Self> {
        let plain = keys.open_text(b"state", state, MAX_STATE_BYTES)?;
        let mut fields = Fields(&plain);
        fields.version()?;
        let (issued_at, redirects, lost_sessions) = (fields.number()?, fields.byte()?, fields.byte()?);
        let flags = fields.byte().filter(|flags| flags & !KNOWN == 0)?;
        Some(Self {
            issued_at,
            redirects,
            lost_sessions,
            ended_sessions: flags >> FLAG_BITS & MAX_ENDED,
            response_type: if flags & IMPLICIT == 0 { ResponseType::Code } else { ResponseType::Token },
            switch_user: flags & SWITCH_USER != 0,
            in_session: flags & IN_SESSION != 0,
            redirect_uri_digest: fields.take(DIGEST_BYTES)?.try_into().ok()?,
            loan: if flags & BORROWS == 0 {
                None
            } else {
                Some(Loan(fields.take(DIGEST_BYTES)?.try_into().ok()?))
            },
            return_to: Some(String::from_utf8(fields.0.to_vec()).ok()?).filter(|path| !path.is_empty()),
        })
    }

    /// Whether this login used `redirect_uri`.
    pub fn has_redirect_uri(&self, redirect_uri: &str) -> bool {
        self.redirect_uri_digest == short_digest(redirect_uri)
    }
}

impl fmt::Debug for LoginState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LoginState").field("redirects", &self.redirects).finish_non_exhaustive()
    }
}

/// The cookie that proves a login without its own cookie: that of another login in progress. A loan is valid until the list of
/// [`Used`] loans starts over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loan([u8; DIGEST_BYTES]);

impl Loan {
    /// A loan of the cookie with this sealed pending login.
    pub fn of(sealed: &str, used: &Used) -> Self {
        Self(short_digest(&format!("{sealed} {}", used.list)))
    }
}

/// The logins that have ended with a borrowed cookie: each may do so once. When the list is full, it starts over, and all earlier
/// loans become invalid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// How often the list has started over.
    list: u16,
    logins: Vec<LoginDigest>,
}

impl Used {
    /// The list with this login added.
    #[must_use]
    pub fn with(mut self, login: LoginDigest) -> Self {
        if self.logins.len() == MAX_USED {
            self = Self { list: self.list.wrapping_add(1), logins: Vec::new() };
        }
        self.logins.push(login);
        self
    }

    /// Whether this login has ended.
    pub fn has(&self, login: &LoginDigest) -> bool {
        self.logins.contains(login)
    }

    fn bytes(&self) -> Vec<u8> {
        if *self == Self::default() {
            return Vec::new();
        }
        let logins = self.logins.iter().flat_map(|login| login.0);
        self.list.to_be_bytes().into_iter().chain(logins).collect()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let Some((list, logins)) = bytes.split_first_chunk() else {
            return bytes.is_empty().then(Self::default);
        };
        let (logins, rest) = logins.as_chunks();
        let logins = logins.iter().map(|login| LoginDigest(*login)).collect();
        rest.is_empty().then(|| Self { list: u16::from_be_bytes(*list), logins })
    }
}

/// The part of a login that stays in the browser.
#[derive(Clone)]
pub struct Pending {
    nonce: [u8; NONCE_BYTES],
    /// When it was encrypted, in Unix seconds.
    pub issued_at: u64,
    state_digest: [u8; DIGEST_BYTES],
}

impl Pending {
    /// Creates a nonce for the login with this encrypted `state`. Returns the pending login and its encrypted form.
    ///
    /// # Errors
    /// `internal`.
    pub fn begin(
        keys: &SealingKeys,
        state: &str,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<(Self, String)> {
        let nonce = fixed(&entropy[2 * NONCE_LEN..2 * NONCE_LEN + NONCE_BYTES])?;
        let begun = Self { nonce, issued_at: now, state_digest: short_digest(state) };
        let sealed = begun.seal(keys, entropy)?;
        Ok((begun, sealed))
    }

    /// The pending login for a `state` that borrows the pending login sealed in `lender`. It began at `issued_at`, in Unix
    /// seconds.
    pub fn borrowing(lender: &str, state: &str, issued_at: u64) -> Self {
        let nonce = short_digest(&format!("nonce {lender} {state}"));
        Self { nonce, issued_at, state_digest: short_digest(state) }
    }

    /// The sealed form.
    ///
    /// # Errors
    /// `internal`.
    pub fn seal(&self, keys: &SealingKeys, entropy: &[u8; ENTROPY_BYTES]) -> Result<String> {
        let plain = [&[VERSION][..], &self.issued_at.to_be_bytes(), &self.nonce, &self.state_digest].concat();
        keys.seal_text(b"pending", fixed(&entropy[NONCE_LEN..2 * NONCE_LEN])?, &plain)
    }

    /// Decrypts a pending login; `None` if none of the keys encrypted it.
    pub fn open(keys: &SealingKeys, sealed: &str) -> Option<Self> {
        let plain = keys.open_text(b"pending", sealed, PENDING_BYTES)?;
        let mut fields = Fields(&plain);
        fields.version()?;
        Some(Self {
            issued_at: fields.number()?,
            nonce: fields.take(NONCE_BYTES)?.try_into().ok()?,
            state_digest: fields.rest()?,
        })
    }

    /// The nonce that goes to Clever.
    pub fn nonce(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.nonce)
    }

    /// Whether `state` belongs to this login.
    pub fn has_state(&self, state: &str) -> bool {
        verify_slices_are_equal(&self.state_digest, &short_digest(state)).is_ok()
    }

    /// Whether more than ten minutes have passed, or the clock has gone far back.
    pub fn is_expired(&self, now: u64) -> bool {
        now.abs_diff(self.issued_at) > LIFETIME_SECONDS.into()
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pending([redacted])")
    }
}

/// A sign-in that should have left a session for the next request.
#[derive(Debug, PartialEq, Eq)]
pub struct SignedInMark {
    /// When the sign-in happened, in Unix seconds.
    pub at: u64,
    /// How many sign-ins in a row left no session, including this one.
    pub lost_sessions: u8,
}

impl SignedInMark {
    /// The sealed form.
    ///
    /// # Errors
    /// `internal`.
    pub fn seal(&self, keys: &SealingKeys, entropy: &[u8; ENTROPY_BYTES]) -> Result<String> {
        let plain = [&[VERSION][..], &seconds(self.at), &[self.lost_sessions]].concat();
        keys.seal_text(b"signed in", fixed(&entropy[..NONCE_LEN])?, &plain)
    }

    /// Decrypts a mark; `None` if none of the keys encrypted it.
    pub fn open(keys: &SealingKeys, sealed: &str) -> Option<Self> {
        let plain = keys.open_text(b"signed in", sealed, encoded(SEAL_BYTES + 6))?;
        let mut fields = Fields(&plain);
        fields.version()?;
        let (at, lost_sessions) = (fields.seconds()?, fields.byte()?);
        fields.0.is_empty().then_some(Self { at, lost_sessions })
    }
}

/// A login of this browser that ended, successfully or not. A callback proved it, so cookies work in this browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FinishedMark {
    /// When the login ended, in Unix seconds.
    pub at: u64,
    /// Whether a person signed in with it.
    pub is_sign_in: bool,
    /// How often a signed-in person was sent back to log in since then.
    pub returns: u8,
    /// How many sign-ins in a row, right before it, left a session that came back without a signed-in person.
    pub ended_sessions: u8,
    /// The login, if a person signed in with it after Clever asked them who they are.
    pub switched: Option<LoginDigest>,
    /// The logins of this browser that have ended with a borrowed cookie.
    pub used: Used,
}

/// Identifies a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginDigest([u8; LOGIN_DIGEST_BYTES]);

impl LoginDigest {
    /// The digest of the login with this sealed state.
    pub fn of(state: &str) -> Self {
        let mut short = [0; LOGIN_DIGEST_BYTES];
        short.copy_from_slice(&short_digest(state)[..LOGIN_DIGEST_BYTES]);
        Self(short)
    }
}

impl FinishedMark {
    /// The sealed form.
    ///
    /// # Errors
    /// `internal`.
    pub fn seal(&self, keys: &SealingKeys, entropy: &[u8; ENTROPY_BYTES]) -> Result<String> {
        let flags = flag(self.is_sign_in, IS_SIGN_IN) | flag(self.switched.is_some(), IS_SWITCHED);
        let switched = self.switched.as_ref().map_or(&[][..], |login| &login.0);
        let returns = self.returns.min(MAX_RETURNS) << (FLAG_BITS + ENDED_BITS);
        let counted = returns | ended(self.ended_sessions) | flags;
        let plain = [&[VERSION][..], &seconds(self.at), &[counted], switched, &self.used.bytes()].concat();
        keys.seal_text(b"finished", fixed(&entropy[2 * NONCE_LEN + NONCE_BYTES..])?, &plain)
    }

    /// Decrypts a mark; `None` if none of the keys encrypted it.
    pub fn open(keys: &SealingKeys, sealed: &str) -> Option<Self> {
        let plain = keys.open_text(b"finished", sealed, MAX_FINISHED_BYTES)?;
        let mut fields = Fields(&plain);
        fields.version()?;
        let (at, counted) = (fields.seconds()?, fields.byte()?);
        let (flags, returns) = (counted, counted >> (FLAG_BITS + ENDED_BITS));
        let ended_sessions = counted >> FLAG_BITS & MAX_ENDED;
        let switched = if flags & IS_SWITCHED == 0 {
            None
        } else {
            Some(LoginDigest(fields.take(LOGIN_DIGEST_BYTES)?.try_into().ok()?))
        };
        let used = Used::read(fields.0)?;
        Some(Self { at, is_sign_in: flags & IS_SIGN_IN != 0, returns, ended_sessions, switched, used })
    }
}

/// The key of the login with this state, which is the end of its cookie's name. It reveals nothing about the state.
pub fn login_key(state: &str) -> String {
    let mut key = URL_SAFE_NO_PAD.encode(digest(&SHA256, state.as_bytes()));
    key.truncate(KEY_BYTES);
    key
}

fn short_name(texts: &[&str]) -> String {
    let mut name = URL_SAFE_NO_PAD.encode(digest(&SHA256, texts.join(" ").as_bytes()));
    name.truncate(APPLICATION_BYTES);
    name
}

/// A digest from a different part of the hash than the key.
fn short_digest(text: &str) -> [u8; DIGEST_BYTES] {
    let mut short = [0; DIGEST_BYTES];
    short.copy_from_slice(&digest(&SHA256, text.as_bytes()).as_ref()[DIGEST_BYTES..]);
    short
}

/// Unix seconds in four bytes: enough until 2106.
fn seconds(at: u64) -> [u8; 4] {
    u32::try_from(at).unwrap_or(u32::MAX).to_be_bytes()
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

    fn version(&mut self) -> Option<()> {
        (self.byte()? == VERSION).then_some(())
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    fn seconds(&mut self) -> Option<u64> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?).into())
    }

    fn rest<const N: usize>(&self) -> Option<[u8; N]> {
        self.0.try_into().ok()
    }
}

#[cfg(test)]
mod tests;
