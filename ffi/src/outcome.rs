//! `clever_sso_outcome`: finishes a login.

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

/// The kind of an outcome. All kinds happen in normal use; none is an error.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_kind {
    /// The outcome is NULL.
    CLEVER_SSO_NO_OUTCOME = 0,
    /// The person logged in: read the identity, the tokens and `return_to`.
    CLEVER_SSO_SIGNED_IN = 1,
    /// The login restarts: redirect the browser to the URL of the new login. The person does not notice.
    CLEVER_SSO_RESTART = 2,
    /// Clever refused this person: read Clever's error code and description.
    CLEVER_SSO_DENIED = 3,
}

/// The result of a login.
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

/// Finishes a login. `callback` is the URL that the browser came back with, or its query. `cookies` is the `Cookie` header of
/// that request, or NULL when it has none.
///
/// Set the cookies of the outcome (`clever_sso_outcome_set_cookie`) or of the error (`clever_sso_error_set_cookie`), and end the
/// browser's session if `clever_sso_outcome_ends_session` or `clever_sso_error_ends_session` is true. One network round trip when
/// Clever sends an ID token and the client has its keys, otherwise up to three.
///
/// Free the outcome with `clever_sso_outcome_free`. Fails with any status. A failed call never signs a person in.
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

/// Finishes a login when you store pending logins in your own session: `pending` is the text that you stored under the key of
/// this callback, or NULL when there is none. The outcome and the error have no cookies.
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

/// Finishes a login of `clever_sso_begin_implicit`. Browsers do not send the fragment to a server, so your page must post it:
/// `callback` is that fragment, or the whole URL with it. `cookies` is the `Cookie` header of that request, or NULL when it has
/// none.
///
/// The token is used only after Clever has confirmed that it was issued to your application. Cookies, session and outcome work as
/// in `clever_sso_finish_login`. Up to three network round trips.
///
/// Free the outcome with `clever_sso_outcome_free`. Fails with any status.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_finish_implicit(
    client: Option<&clever_sso_client>,
    callback: *const c_char,
    cookies: *const c_char,
    outcome: Option<&mut MaybeUninit<Option<Box<clever_sso_outcome>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(outcome, error, || {
        let (callback, cookies) = (required(callback, "callback")?, header(cookies));
        Ok((&handle(client, "client")?.client.finish_implicit(callback, &cookies)?).into())
    })
}

/// Finishes a login of `clever_sso_begin_implicit` when you store pending logins yourself, such as a desktop app in its memory:
/// `pending` is the text that you stored under the key of this callback, or NULL when there is none. Delete it before you call:
/// it works every time that you pass it. The outcome and the error have no cookies.
///
/// Free the outcome with `clever_sso_outcome_free`. Fails with any status.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_finish_implicit_with_pending(
    client: Option<&clever_sso_client>,
    callback: *const c_char,
    pending: *const c_char,
    outcome: Option<&mut MaybeUninit<Option<Box<clever_sso_outcome>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(outcome, error, || {
        let (callback, pending) = (required(callback, "callback")?, optional(pending, "pending")?);
        Ok((&handle(client, "client")?.client.finish_implicit_with_pending(callback, pending)?).into())
    })
}

/// The key that you stored this callback's pending login under; `*key` is NULL when the callback has no state. No network.
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

/// The kind of the outcome; `CLEVER_SSO_NO_OUTCOME` when `outcome` is NULL. Newer versions may add kinds: keep a `default`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_kind(outcome: Option<&clever_sso_outcome>) -> clever_sso_kind {
    outcome.map_or(clever_sso_kind::CLEVER_SSO_NO_OUTCOME, |outcome| outcome.kind)
}

/// A cookie to set, counted from 0. Borrowed from `outcome`; NULL after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_set_cookie(
    outcome: Option<&clever_sso_outcome>,
    index: usize,
) -> Option<&clever_sso_set_cookie> {
    outcome.and_then(|outcome| outcome.set_cookies.get(index))
}

/// Whether to end the browser's session. True when a new session replaces it, and when a login that this browser began was
/// refused: devices are shared, so the next person must not continue as the last one. False when `outcome` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_ends_session(outcome: Option<&clever_sso_outcome>) -> bool {
    outcome.is_some_and(|outcome| outcome.ends_session)
}

/// Who signed in. Borrowed from `outcome`; NULL unless the kind is `CLEVER_SSO_SIGNED_IN`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_identity(
    outcome: Option<&clever_sso_outcome>,
) -> Option<&clever_sso_identity> {
    outcome.and_then(|outcome| outcome.identity.as_ref())
}

/// The tokens of the login. Borrowed from `outcome`; NULL unless the kind is `CLEVER_SSO_SIGNED_IN`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_tokens(
    outcome: Option<&clever_sso_outcome>,
) -> Option<&clever_sso_tokens> {
    outcome.and_then(|outcome| outcome.tokens.as_ref())
}

/// The new login. Borrowed from `outcome`; NULL unless the kind is `CLEVER_SSO_RESTART`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_login(
    outcome: Option<&clever_sso_outcome>,
) -> Option<&clever_sso_login> {
    outcome.and_then(|outcome| outcome.login.as_ref())
}

/// The `return_to` of the login: where to go after a sign-in, and for a "Try again" link after a refusal. Borrowed from
/// `outcome`; NULL when there is none.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_return_to(outcome: Option<&clever_sso_outcome>) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.return_to.as_ref()))
}

/// Whether the login began with `switch_user`. If so, begin the next one with it too when Clever or your application refuses the
/// person and they click "Try again". False when it is unknown or `outcome` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_switch_user(outcome: Option<&clever_sso_outcome>) -> bool {
    outcome.is_some_and(|outcome| outcome.switch_user)
}

/// The reason for a restart as an error code, for example `state_missing`. Borrowed from `outcome`; NULL unless the kind is
/// `CLEVER_SSO_RESTART`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_restart_reason(outcome: Option<&clever_sso_outcome>) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.reason.as_ref()))
}

/// Clever's error code for the refusal, for example `access_denied`. Borrowed from `outcome`; NULL unless the kind is
/// `CLEVER_SSO_DENIED`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_denied_error(outcome: Option<&clever_sso_outcome>) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.denied_error.as_ref()))
}

/// Text that came with the refusal, or NULL. Anyone can make such a URL, so do not show it as Clever's text. Borrowed from
/// `outcome`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_denied_description(
    outcome: Option<&clever_sso_outcome>,
) -> *const c_char {
    borrowed(outcome.and_then(|outcome| outcome.denied_description.as_ref()))
}

/// Frees an outcome and everything borrowed from it. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_outcome_free(outcome: Option<Box<clever_sso_outcome>>) {
    drop(outcome);
}
