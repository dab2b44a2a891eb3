//! `clever_sso_outcome`: the second leg, and what came of it.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::Outcome;

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::identity::clever_sso_identity;
use crate::login::clever_sso_login;
use crate::text::{borrowed, optional, owned, owned_option, required};
use crate::tokens::clever_sso_tokens;

/// What came of a login. All of it is everyday traffic, none of it an error.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_kind {
    /// The outcome is NULL.
    CLEVER_SSO_NO_OUTCOME = 0,
    /// Somebody logged in: see the identity, the tokens and `return_to`.
    CLEVER_SSO_SIGNED_IN = 1,
    /// The login was begun anew: keep the new pending login, send the browser to the new URL. The person sees nothing of it.
    CLEVER_SSO_RESTART = 2,
    /// Clever refused this person: see the error word and its description.
    CLEVER_SSO_DENIED = 3,
}

/// What came of a login.
pub struct clever_sso_outcome {
    kind: clever_sso_kind,
    identity: Option<clever_sso_identity>,
    tokens: Option<clever_sso_tokens>,
    login: Option<clever_sso_login>,
    return_to: Option<CString>,
    reason: Option<CString>,
    denied_error: Option<CString>,
    denied_description: Option<CString>,
}

impl clever_sso_outcome {
    const fn empty(kind: clever_sso_kind) -> Self {
        Self {
            kind,
            identity: None,
            tokens: None,
            login: None,
            return_to: None,
            reason: None,
            denied_error: None,
            denied_description: None,
        }
    }
}

impl From<&Outcome> for clever_sso_outcome {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::SignedIn(signed_in) => Self {
                identity: Some((&signed_in.identity).into()),
                tokens: Some((&signed_in.tokens).into()),
                return_to: owned_option(signed_in.return_to.as_deref()),
                ..Self::empty(clever_sso_kind::CLEVER_SSO_SIGNED_IN)
            },
            Outcome::Restart(restart) => Self {
                login: Some((&restart.login).into()),
                reason: Some(owned(restart.reason.as_str())),
                ..Self::empty(clever_sso_kind::CLEVER_SSO_RESTART)
            },
            Outcome::Denied(denied) => Self {
                denied_error: Some(owned(&denied.error)),
                denied_description: owned_option(denied.description.as_deref()),
                ..Self::empty(clever_sso_kind::CLEVER_SSO_DENIED)
            },
        }
    }
}

/// Finishes a login: `callback` is the URL (or its query) with which the browser came back, `pending` what was kept when
/// the login began, or NULL when there is nothing.
///
/// Free the outcome with `clever_sso_outcome_free`. Fails with any status; a failed call never leaves half a login.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_finish_login(
    client: Option<&clever_sso_client>,
    callback: *const c_char,
    pending: *const c_char,
    outcome: Option<&mut MaybeUninit<Option<Box<clever_sso_outcome>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(outcome, error, || {
        let (callback, pending) = (required(callback, "callback")?, optional(pending, "pending")?);
        Ok((&handle(client, "client")?.client.finish_login_with_pending(callback, pending)?).into())
    })
}

/// Which of the three it is; `CLEVER_SSO_NO_OUTCOME` when `outcome` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_kind(outcome: Option<&clever_sso_outcome>) -> clever_sso_kind {
    outcome.map_or(clever_sso_kind::CLEVER_SSO_NO_OUTCOME, |outcome| outcome.kind)
}

/// Who signed in. Borrowed from `outcome`; NULL unless somebody did.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_identity(
    outcome: Option<&clever_sso_outcome>,
) -> Option<&clever_sso_identity> {
    outcome.and_then(|outcome| outcome.identity.as_ref())
}

/// The tokens of the login. Borrowed from `outcome`; NULL unless somebody signed in.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_tokens(
    outcome: Option<&clever_sso_outcome>,
) -> Option<&clever_sso_tokens> {
    outcome.and_then(|outcome| outcome.tokens.as_ref())
}

/// The new login of a restart. Borrowed from `outcome`; NULL unless it is a restart.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_login(
    outcome: Option<&clever_sso_outcome>,
) -> Option<&clever_sso_login> {
    outcome.and_then(|outcome| outcome.login.as_ref())
}

/// Where the application wanted to go. Borrowed from `outcome`; NULL when nothing was said.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_return_to(outcome: Option<&clever_sso_outcome>) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.return_to.as_ref()))
}

/// The code word of the reason for a restart, for example `state_missing`. Borrowed from `outcome`; NULL unless it is a
/// restart.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_restart_reason(outcome: Option<&clever_sso_outcome>) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.reason.as_ref()))
}

/// Clever's word for the refusal, for example `access_denied`. Borrowed from `outcome`; NULL unless it is a refusal.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_denied_error(outcome: Option<&clever_sso_outcome>) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.denied_error.as_ref()))
}

/// Text that came with the refusal through the browser: whoever made the URL wrote it. Borrowed from `outcome`; may be
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_denied_description(
    outcome: Option<&clever_sso_outcome>,
) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.denied_description.as_ref()))
}

/// Frees an outcome and all that was borrowed from it. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_free(outcome: Option<Box<clever_sso_outcome>>) {
    drop(outcome);
}
