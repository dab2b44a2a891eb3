//! Verifies an ID token with given keys, without a client or network.

use clever_sso::{Claims, Expected, Member, unix_time, verify_id_token_with};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::errors::{Result, argument_invalid};
use crate::guarded;
use crate::hints::Dict;
use crate::json::to_python;
use crate::plain::{Plain, ToPython as _};
use crate::text::{ENDLESS, Number, Text, Whole, optional};
use crate::waiting::compute;

/// Keys that may verify ID tokens, made once from the text of a JWKS (RFC 7517). Threads may share it.
///
/// Broken keys and keys for other purposes are ignored.
///
/// Args:
///     jwks: The text of the JWKS.
///
/// Raises:
///     CleverError: `response_malformed` when it is not a JWKS, `keys_unusable` when no key in it can verify.
#[pyclass(frozen, module = "clever_sso")]
pub(crate) struct KeySet {
    keys: clever_sso::KeySet,
}

#[pymethods]
impl KeySet {
    #[new]
    fn new(py: Python<'_>, jwks: Text) -> Result<Self> {
        let jwks = jwks.get("jwks")?;
        Ok(Self { keys: compute(py, || clever_sso::KeySet::parse(jwks))? })
    }

    fn __len__(&self) -> usize {
        self.keys.len()
    }

    fn __repr__(&self) -> Plain<String> {
        Plain(format!("KeySet({} keys)", self.keys.len()))
    }
}

/// What `keys` may be.
#[derive(FromPyObject)]
pub(crate) enum Keys<'py> {
    Set(Bound<'py, KeySet>),
    Text(Text),
}

/// Verifies an ID token with the given keys. It needs no client and no network.
///
///     keys = clever_sso.KeySet(jwks)  # the text from the issuer's `jwks_uri`
///     claims = clever_sso.verify_id_token(
///         token, keys=keys, issuer="https://clever.com", client_id="client id", nonce=nonce
///     )
///
/// Args:
///     token: The ID token.
///     keys: A `KeySet`, made once, or the text of a JWKS.
///     issuer: The exact issuer: `https://clever.com`.
///     client_id: The client id, which must be the token's only audience.
///     nonce: The nonce that you sent. If you pass none, the token must have none.
///     now: The time in Unix seconds. Default: this machine's clock.
///     leeway: How many seconds the clocks of the issuer and this machine may differ. At most 600.
///     access_token: The access token that came with the ID token. If you pass it, the token's `at_hash` claim, if
///         present, must match.
///
/// Returns:
///     The claims.
///
/// Raises:
///     TokenError: The code of the first broken rule, for example `id_token_expired`.
///     CleverError: `response_malformed` or `keys_unusable`, only if `keys` is a str.
///     ArgumentError: `argument_invalid` when `now` or `leeway` is out of range.
#[pyfunction]
#[pyo3(
    signature = (
        token, *, keys, issuer, client_id, nonce=None, now=None, leeway=Whole::of(60), access_token=None
    ),
    text_signature = "(token, *, keys, issuer, client_id, nonce=None, now=None, leeway=60, access_token=None)"
)]
#[expect(clippy::too_many_arguments, reason = "they are named in Python")]
pub(crate) fn verify_id_token<'py>(
    py: Python<'py>,
    token: Text,
    keys: Keys<'py>,
    issuer: Text,
    client_id: Text,
    nonce: Option<Text>,
    now: Option<Number<'py>>,
    leeway: Whole<'py>,
    access_token: Option<Text>,
) -> Result<Dict<'py>> {
    let (issuer, client_id) = (issuer.get("issuer")?, client_id.get("client_id")?);
    let nonce = optional(nonce.as_ref(), "nonce")?;
    let now = now.as_ref().map_or_else(|| Ok(unix_time()), whole_seconds)?;
    let mut expected = Expected::new(issuer, client_id, now).leeway(whole_leeway(&leeway)?);
    expected.nonce = nonce;
    expected.access_token = optional(access_token.as_ref(), "access_token")?;
    let token = token.get("token")?;
    let made;
    let keys = match &keys {
        Keys::Set(set) => &set.get().keys,
        Keys::Text(text) => {
            let text = text.get("keys")?;
            made = compute(py, || clever_sso::KeySet::parse(text))?;
            &made
        }
    };
    let claims = compute(py, || verify_id_token_with(token, keys, &expected))?;
    Ok(claims_dict(py, &claims)?)
}

/// The claims as `json.loads` would return them.
pub(crate) fn claims_dict<'py>(py: Python<'py>, claims: &Claims) -> PyResult<Dict<'py>> {
    let dict = guarded::dict(py)?;
    for (name, member) in claims.iter() {
        let value = match member {
            Member::Text(text) => text.to_python(py)?,
            Member::Whole(number) => number.to_python(py)?,
            Member::Other(value) => to_python(py, value)?,
        };
        match known_name(py, name) {
            Some(name) => dict.set_item(name, value)?,
            None => dict.set_item(guarded::text(py, name)?, value)?,
        }
    }
    Ok(dict.into())
}

/// The names of the claims that Clever sends, which Python then need not make for each token.
macro_rules! known_names {
    ($($name:literal),+ $(,)?) => {
        fn known_name<'py>(py: Python<'py>, name: &str) -> Option<&'py Bound<'py, PyString>> {
            Some(match name {
                $($name => intern!(py, $name),)+
                _ => return None,
            })
        }

        /// Makes them while the module is loaded: a fork in the middle of that would leave a child without them
        /// forever.
        pub(crate) fn make_known_names(py: Python<'_>) {
            $(let _ = known_name(py, $name);)+
        }
    };
}

known_names!(
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nonce",
    "user_id",
    "multi_role_user_id",
    "user_type",
    "district",
    "email",
    "email_verified",
    "given_name",
    "family_name",
);

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the bounds are checked here")]
fn whole_seconds(now: &Number<'_>) -> Result<u64> {
    const FAR_FUTURE: f64 = 1e15;
    match now.get("now")? {
        Some(now) if (0.0..FAR_FUTURE).contains(&now) => Ok(now as u64),
        Some(now) => Err(argument_invalid(&format!("now must be a time in Unix seconds, found {now:?}"))),
        None => Err(argument_invalid(&format!("now must be a time in Unix seconds, found {ENDLESS}"))),
    }
}

fn whole_leeway(leeway: &Whole<'_>) -> Result<u64> {
    let wrong = |found: &str| argument_invalid(&format!("leeway must be from 0 to 600 s, found {found}"));
    let leeway = leeway.get("leeway")?.ok_or_else(|| wrong(ENDLESS))?;
    u64::try_from(leeway).map_err(|_| wrong(&leeway.to_string()))
}
