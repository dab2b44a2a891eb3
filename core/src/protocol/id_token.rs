//! The ID token: the rules of OpenID Connect Core 3.1.3.7, in their order, each in a small function.
//!
//! The rules about keys and signatures (6, 7 and 8 of the list) are in [`jws`]. Rule 1 (encryption) does not apply: an
//! encrypted token has five parts and is refused there. Rules 12 and 13 (`acr`, `auth_time`) apply only to a client that
//! requested these claims, and this client does not. No setting turns a check off.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::json::{self, Member, Object};
use super::jws::{self, KeySet};
use crate::error::{Error, ErrorCode, Result, quote};
use crate::secret::Redacted;

/// A token that is valid for more than a year (in seconds) is a mistake, such as a time in milliseconds.
const LONGEST_LIFE: u64 = 366 * 24 * 3600;
/// A larger leeway (in seconds) would accept tokens that expired long ago.
pub(crate) const LARGEST_LEEWAY: u64 = 600;
/// The claims that decide who the person is, which client the token is for, and when it is valid. The rules below check them.
const DECIDING: [&str; 9] = ["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash"];
/// OpenID Connect Core 2.
const MAX_SUBJECT_BYTES: usize = 255;

/// The values that an ID token must match.
///
/// ```
/// use clever_sso::{Claims, Expected, KeySet, verify_id_token_with};
///
/// fn verify(token: &str, keys: &KeySet, nonce: &str, now: u64) -> clever_sso::Result<Claims> {
///     let expected = Expected::new("https://clever.com", "client id", now).nonce(nonce);
///     verify_id_token_with(token, keys, &expected)
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct Expected<'a> {
    /// The issuer, byte for byte.
    pub issuer: &'a str,
    /// The client id, which must be the only audience.
    pub client_id: &'a str,
    /// The nonce that was sent. `None` means that none was sent: then the token must not have one.
    pub nonce: Option<&'a str>,
    /// The time, in Unix seconds.
    pub now: u64,
    /// The largest allowed difference between the clocks, in seconds, at most 600.
    pub leeway: u64,
    /// The access token that was sent with the ID token. If set, `at_hash` (if the token has it) must match it.
    pub access_token: Option<&'a str>,
}

impl<'a> Expected<'a> {
    /// An ID token of this issuer for this client, without a nonce, with a leeway of 60 seconds. `now` is in Unix seconds.
    pub const fn new(issuer: &'a str, client_id: &'a str, now: u64) -> Self {
        Self { issuer, client_id, nonce: None, now, leeway: 60, access_token: None }
    }

    /// The nonce that was sent.
    pub const fn nonce(mut self, nonce: &'a str) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// The largest allowed difference between the clocks, in seconds, at most 600.
    pub const fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = seconds;
        self
    }

    /// The access token that was sent with the ID token.
    pub const fn access_token(mut self, access_token: &'a str) -> Self {
        self.access_token = Some(access_token);
        self
    }
}

impl std::fmt::Debug for Expected<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Expected")
            .field("issuer", &self.issuer)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// The claims of an ID token that passed every rule.
///
/// ```
/// use clever_sso::{Claims, Member};
///
/// fn show(claims: &Claims) {
///     println!("{} {:?}", claims.subject(), claims.text("district"));
///     for (name, member) in claims.iter() {
///         if let Member::Whole(number) = member {
///             println!("{name} = {number}");
///         }
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Claims {
    object: Object,
}

impl Claims {
    /// A claim that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.object.text(name)
    }

    /// The id of the person at the issuer (`sub`).
    pub fn subject(&self) -> &str {
        // Rule 2 of `verify` made sure that there is one.
        self.text("sub").unwrap_or_default()
    }

    /// All claims, in the token's order; sorted by name if a repeated claim was removed.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Member<'_>)> {
        self.object.iter()
    }

    /// All claims, as the JSON text that was signed, without a byte order mark. Claims that do not decide are repaired: half of a
    /// surrogate pair becomes U+FFFD, a number out of range or a value nested more than 64 levels deep becomes null, and a
    /// repeated claim is removed.
    pub fn as_json(&self) -> &str {
        self.object.as_text()
    }

    /// All claims, as owned values.
    pub fn to_map(&self) -> Map<String, Value> {
        self.object.to_map()
    }
}

impl std::fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Claims").field(&Redacted).finish()
    }
}

/// Verifies an ID token with only these arguments: no network, no clock.
///
/// ```
/// use clever_sso::{ErrorCode, Expected, KeySet, verify_id_token_with};
///
/// let expected = Expected::new("https://clever.com", "client id", 1_767_225_600).nonce("random");
/// let error = verify_id_token_with("no token", &KeySet::default(), &expected).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::IdTokenMalformed);
/// ```
///
/// # Errors
/// The `id_token_…` code of the first broken rule; `argument_invalid` when the leeway is too large.
pub fn verify_id_token_with(token: &str, keys: &KeySet, expected: &Expected<'_>) -> Result<Claims> {
    if expected.leeway > LARGEST_LEEWAY {
        return Err(Error::with_detail(
            ErrorCode::ArgumentInvalid,
            format!("leeway must be from 0 to {LARGEST_LEEWAY} s, found {}", expected.leeway),
        ));
    }
    let (header, payload) = jws::verify_with_header(token, keys)?;
    let object = Object::read(json::without_mark_owned(payload), &DECIDING)
        .map_err(|why| Error::with_detail(ErrorCode::IdTokenClaims, format!("they are {why}")))?;
    let claims = Claims { object };
    check_repeated_in_header(&header.object, &claims)?;
    check_issuer(&claims, expected)?;
    check_subject(&claims)?;
    check_audience(&claims, expected)?;
    check_authorized_party(&claims, expected)?;
    check_times(&claims, expected)?;
    check_nonce(&claims, expected)?;
    check_access_token(&claims, expected)?;
    Ok(claims)
}

/// RFC 7519 5.3: a claim that the header repeats must have the same value there.
fn check_repeated_in_header(header: &Object, claims: &Claims) -> Result<()> {
    for name in ["iss", "sub", "aud"] {
        if header.has(name) && header.value(name) != claims.object.value(name) {
            return Err(Error::with_detail(
                ErrorCode::IdTokenHeader,
                format!("{name} differs from the claim"),
            ));
        }
    }
    Ok(())
}

/// 3.1.3.7 rule 2: the issuer is exactly the expected one.
fn check_issuer(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    if claims.text("iss") == Some(expected.issuer) {
        return Ok(());
    }
    Err(found(claims, "iss", ErrorCode::IdTokenIssuer, expected.issuer))
}

/// Section 2: `sub` is a string of at most 255 ASCII characters.
fn check_subject(claims: &Claims) -> Result<()> {
    if claims.text("sub").is_some_and(is_subject) {
        return Ok(());
    }
    Err(Error::with_detail(ErrorCode::IdTokenSubject, "expected 1 to 255 visible ASCII characters"))
}

/// Whether `text` is a valid subject (OpenID Connect Core 2). A text with spaces around it is refused, because databases may
/// treat it like the text without spaces, which may be another person.
pub(super) fn is_subject(text: &str) -> bool {
    (1..=MAX_SUBJECT_BYTES).contains(&text.len())
        && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && text.trim_ascii() == text
}

/// 3.1.3.7 rule 3: this client is the only audience. Otherwise, another client could pass the token on.
fn check_audience(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    let alone = match claims.text("aud") {
        Some(audience) => audience == expected.client_id,
        None => claims.object.value("aud").is_some_and(|list| list == Value::from([expected.client_id])),
    };
    if alone { Ok(()) } else { Err(found(claims, "aud", ErrorCode::IdTokenAudience, expected.client_id)) }
}

/// 3.1.3.7 rules 4 and 5: if `azp` is present, it is this client.
fn check_authorized_party(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    if !claims.object.has("azp") || claims.text("azp") == Some(expected.client_id) {
        return Ok(());
    }
    Err(found(claims, "azp", ErrorCode::IdTokenAuthorizedParty, expected.client_id))
}

/// 3.1.3.7 rules 9 and 10, and RFC 7519 4.1.5: not expired, not from the future, not for the future.
fn check_times(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    let Expected { now, leeway, .. } = *expected;
    let issued_at = seconds(claims, "iat")?;
    let expires = seconds(claims, "exp")?;
    let late = |name: &str, moment: u64, by: u64, way: &str| {
        format!("{name} is {moment}, {by} s {way} this machine's clock, and {leeway} s are allowed")
    };
    if expires.saturating_add(leeway) <= now {
        return Err(Error::with_detail(
            ErrorCode::IdTokenExpired,
            late("exp", expires, now - expires, "behind"),
        ));
    }
    if issued_at > now.saturating_add(leeway) {
        let detail = late("iat", issued_at, issued_at - now, "ahead of");
        return Err(Error::with_detail(ErrorCode::IdTokenIssuedAt, detail));
    }
    if expires.saturating_sub(issued_at) > LONGEST_LIFE {
        return Err(Error::with_detail(ErrorCode::IdTokenIssuedAt, "exp is more than a year after iat"));
    }
    if claims.object.has("nbf") {
        let from = seconds(claims, "nbf")?;
        if from > now.saturating_add(leeway) {
            return Err(Error::with_detail(
                ErrorCode::IdTokenNotYetValid,
                late("nbf", from, from - now, "ahead of"),
            ));
        }
    }
    Ok(())
}

/// RFC 7519 2, `NumericDate`: a JSON number of Unix seconds. Clever writes whole numbers. 1.7e9 and fractions are also allowed;
/// fractions of a second are cut off.
fn seconds(claims: &Claims, name: &str) -> Result<u64> {
    let value = || claims.object.value(name)?.as_f64().and_then(cut_to_seconds);
    claims.object.whole(name).or_else(value).ok_or_else(|| {
        let found = if claims.object.has(name) { "something else" } else { "none" };
        Error::with_detail(ErrorCode::IdTokenClaims, format!("{name}: expected Unix seconds, found {found}"))
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked here")]
fn cut_to_seconds(seconds: f64) -> Option<u64> {
    /// Whole seconds are exact up to this number (2^53), which is 285 million years.
    const LAST: f64 = 9_007_199_254_740_992.0;
    (0.0..LAST).contains(&seconds).then_some(seconds as u64)
}

/// 3.1.3.7 rule 11: the nonce is the one that was sent; if none was sent, the token must not have one.
fn check_nonce(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    let is_sent =
        |sent: &str, nonce: &str| verify_slices_are_equal(sent.as_bytes(), nonce.as_bytes()).is_ok();
    let problem = match (claims.object.has("nonce"), expected.nonce) {
        (false, None) => return Ok(()),
        (true, Some(sent)) if claims.text("nonce").is_some_and(|nonce| is_sent(sent, nonce)) => return Ok(()),
        (false, Some(_)) => "one was sent, none came back",
        (true, None) => "none was sent, one came back",
        (true, Some(_)) => "another one came back",
    };
    Err(Error::with_detail(ErrorCode::IdTokenNonce, problem))
}

/// 3.1.3.8: if `at_hash` is present, it is the left half of the access token's SHA-256.
fn check_access_token(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    let Some(access_token) = expected.access_token.filter(|_| claims.object.has("at_hash")) else {
        return Ok(());
    };
    let hash = digest(&SHA256, access_token.as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    if claims.text("at_hash") == Some(URL_SAFE_NO_PAD.encode(left).as_str()) {
        return Ok(());
    }
    Err(Error::new(ErrorCode::IdTokenAccessToken))
}

/// The signature has been verified, so the claim is from Clever and may be shown.
fn found(claims: &Claims, name: &str, code: ErrorCode, expected: &str) -> Error {
    let found = match claims.object.value(name) {
        None => "none".to_owned(),
        Some(Value::String(text)) => quote(&text),
        Some(Value::Array(list)) => format!("a list of {}", list.len()),
        Some(_) => "something that is not a string".to_owned(),
    };
    Error::with_detail(code, format!("expected {}, found {found}", quote(expected)))
}

#[cfg(test)]
mod tests;
