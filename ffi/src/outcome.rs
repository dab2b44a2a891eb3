//! `clever_sso_outcome`: the second leg and its outcome.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Outcome, login_key_of_callback};

use crate::boundary::{give, give_string_option, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::identity::clever_sso_identity;
use crate::login::clever_sso_login;
use crate::set_cookie::{self, clever_sso_set_cookie};
use crate::text::{borrowed, header, optional, owned, owned_option, required};
use crate::tokens::clever_sso_tokens;

/// The outcome of a login. All of it is everyday traffic, none of it an error.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_kind {
    /// The outcome is NULL.
    CLEVER_SSO_NO_OUTCOME = 0,
    /// The person logged in: see the identity, the tokens and `return_to`.
    CLEVER_SSO_SIGNED_IN = 1,
    /// The login restarts: send the browser to the URL of the new login. The person sees nothing of it.
    CLEVER_SSO_RESTART = 2,
    /// Clever refused this person: see the error word and its description.
    CLEVER_SSO_DENIED = 3,
}

/// The outcome of a login.
pub struct clever_sso_outcome {
    kind: clever_sso_kind,
    identity: Option<clever_sso_identity>,
    tokens: Option<clever_sso_tokens>,
    login: Option<clever_sso_login>,
    return_to: Option<CString>,
    switch_user: bool,
    reason: Option<CString>,
    denied_error: Option<CString>,
    denied_description: Option<CString>,
    set_cookies: Vec<clever_sso_set_cookie>,
    ends_session: bool,
}

impl clever_sso_outcome {
    const fn empty(kind: clever_sso_kind) -> Self {
        Self {
            kind,
            identity: None,
            tokens: None,
            login: None,
            return_to: None,
            switch_user: false,
            reason: None,
            denied_error: None,
            denied_description: None,
            set_cookies: Vec::new(),
            ends_session: false,
        }
    }
}

impl From<&Outcome> for clever_sso_outcome {
    fn from(outcome: &Outcome) -> Self {
        let parts = match outcome {
            Outcome::SignedIn(signed_in) => Self {
                identity: Some((&signed_in.identity).into()),
                tokens: Some((&signed_in.tokens).into()),
                return_to: owned_option(signed_in.return_to.as_deref()),
                switch_user: signed_in.switch_user,
                ..Self::empty(clever_sso_kind::CLEVER_SSO_SIGNED_IN)
            },
            Outcome::Restart(restart) => Self {
                login: Some((&restart.login).into()),
                reason: Some(owned(restart.reason.as_str())),
                ..Self::empty(clever_sso_kind::CLEVER_SSO_RESTART)
            },
            Outcome::Denied(denied) => Self {
                return_to: owned_option(denied.return_to.as_deref()),
                switch_user: denied.switch_user,
                denied_error: Some(owned(&denied.error)),
                denied_description: owned_option(denied.description.as_deref()),
                ..Self::empty(clever_sso_kind::CLEVER_SSO_DENIED)
            },
        };
        let set_cookies = set_cookie::all(outcome.set_cookies());
        Self { set_cookies, ends_session: outcome.ends_session(), ..parts }
    }
}

/// Finishes a login: `callback` is the URL (or its query) with which the browser came back, `cookies` the `Cookie` header of that
/// request, or NULL when it has none.
///
/// Set the cookies that the outcome (`clever_sso_outcome_set_cookie`) or the error (`clever_sso_error_set_cookie`) has, and
/// end the session that the browser had when `…_ends_session` says so. Free the outcome with `clever_sso_outcome_free`.
/// Fails with any status; a failed call never leaves half a login.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_finish_login(
    client: Option<&clever_sso_client>,
    callback: *const c_char,
    cookies: *const c_char,
    outcome: Option<&mut MaybeUninit<Option<Box<clever_sso_outcome>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(outcome, error, || {
        let (callback, cookies) = (required(callback, "callback")?, header(cookies));
        Ok((&handle(client, "client")?.client.finish_login(callback, &cookies)?).into())
    })
}

/// The same for applications that keep pending logins in a session of their own: `pending` is the one that was kept under the
/// key of this callback, or NULL when there is none. The outcome and the error have no cookies.
///
/// Free the outcome with `clever_sso_outcome_free`. Fails with any status.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_finish_login_with_pending(
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

/// The key under which the pending login of this callback was kept; `*key` is NULL when the callback has no state. No network.
///
/// Free the key with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_key_of_callback(
    callback: *const c_char,
    key: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give_string_option(key, error, || Ok(login_key_of_callback(required(callback, "callback")?)))
}

/// Which of the three it is; `CLEVER_SSO_NO_OUTCOME` when `outcome` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_kind(outcome: Option<&clever_sso_outcome>) -> clever_sso_kind {
    outcome.map_or(clever_sso_kind::CLEVER_SSO_NO_OUTCOME, |outcome| outcome.kind)
}

/// A cookie to set with the answer, counted from 0. Borrowed from `outcome`; NULL behind the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_set_cookie(
    outcome: Option<&clever_sso_outcome>,
    index: usize,
) -> Option<&clever_sso_set_cookie> {
    outcome.and_then(|outcome| outcome.set_cookies.get(index))
}

/// Whether the session that the browser had must end: the new one replaces it, or a login that this browser began was refused.
/// Devices are shared, so nobody may go on as the person before. False when `outcome` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_ends_session(outcome: Option<&clever_sso_outcome>) -> bool {
    outcome.is_some_and(|outcome| outcome.ends_session)
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

/// Where the application wanted to go, after a sign-in or, for a link to try again, after a refusal. Borrowed from `outcome`;
/// NULL when nothing was said.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_return_to(outcome: Option<&clever_sso_outcome>) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.return_to.as_ref()))
}

/// Whether the login was begun with `switch_user`: a link to try again, after a refusal by Clever or by the application, begins one
/// with it too. False when nothing is known or `outcome` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_switch_user(outcome: Option<&clever_sso_outcome>) -> bool {
    outcome.is_some_and(|outcome| outcome.switch_user)
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
