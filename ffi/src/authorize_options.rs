//! `clever_sso_authorize_options`: the URL of an authorization request that you make yourself.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use clever_sso::{AuthorizeOptions, ResponseType};

use crate::boundary::{give, give_string, handle, set, set_text};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};

/// Options for `clever_sso_authorize_url`. Each has a default.
#[derive(Default)]
pub struct clever_sso_authorize_options {
    implicit: bool,
    redirect_uri: Option<String>,
    state: Option<String>,
    without_state: bool,
    nonce: Option<String>,
    district_id: Option<String>,
    switch_user: bool,
}

/// Makes options with their defaults.
///
/// Free them with `clever_sso_authorize_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_new(
    options: Option<&mut MaybeUninit<Option<Box<clever_sso_authorize_options>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(options, error, || Ok(clever_sso_authorize_options::default()))
}

/// Asks for an access token in the fragment instead of a code: the implicit grant, for applications without a secret.
/// Default: false.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_implicit(
    options: Option<&mut clever_sso_authorize_options>,
    implicit: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(options, "options", error, |options| options.implicit = implicit)
}

/// Whether Clever asks people to confirm who they are (`confirmed=false`). Default: false.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_switch_user(
    options: Option<&mut clever_sso_authorize_options>,
    switch_user: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(options, "options", error, |options| options.switch_user = switch_user)
}

/// One of the configured redirect URIs. Default: the first one.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_redirect_uri(
    options: Option<&mut clever_sso_authorize_options>,
    redirect_uri: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_text(options, redirect_uri, "redirect_uri", error, |options, text| options.redirect_uri = Some(text))
}

/// The state, which comes back unchanged: compare it with the one that you gave to this browser.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_state(
    options: Option<&mut clever_sso_authorize_options>,
    state: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_text(options, state, "state", error, |options, text| options.state = Some(text))
}

/// Declares that you leave out the state on purpose. A request for a token needs a state or this declaration: a token that comes
/// back without a state may belong to anyone, so do not sign a person in with it. `clever_sso_begin_implicit` makes and checks a
/// state itself. Default: false.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_without_state(
    options: Option<&mut clever_sso_authorize_options>,
    without_state: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(options, "options", error, |options| options.without_state = without_state)
}

/// The nonce, which comes back inside the ID token: pass it to `clever_sso_verify_id_token`.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_nonce(
    options: Option<&mut clever_sso_authorize_options>,
    nonce: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_text(options, nonce, "nonce", error, |options, text| options.nonce = Some(text))
}

/// The district, if you know it: Clever then skips the school picker.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_district_id(
    options: Option<&mut clever_sso_authorize_options>,
    district_id: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_text(options, district_id, "district_id", error, |options, text| options.district_id = Some(text))
}

/// Frees options. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_free(options: Option<Box<clever_sso_authorize_options>>) {
    drop(options);
}

/// The URL that asks Clever for a code or a token. No network. `options` may be NULL.
///
/// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, with
/// `CLEVER_SSO_ARGUMENT` when a value is too long for a URL, or when a token is requested without a state and without
/// `clever_sso_authorize_options_set_without_state`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_url(
    client: Option<&clever_sso_client>,
    options: Option<&clever_sso_authorize_options>,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give_string(url, error, || {
        let mut chosen = AuthorizeOptions::new();
        if let Some(options) = options {
            chosen.response_type = if options.implicit { ResponseType::Token } else { ResponseType::Code };
            chosen.redirect_uri = options.redirect_uri.as_deref();
            chosen.state = options.state.as_deref();
            chosen.without_state = options.without_state;
            chosen.nonce = options.nonce.as_deref();
            chosen.district_id = options.district_id.as_deref();
            chosen.switch_user = options.switch_user;
        }
        handle(client, "client")?.client.authorize_url(&chosen)
    })
}
