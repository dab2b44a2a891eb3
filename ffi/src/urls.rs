//! The plain URLs, for those who drive the flow themselves.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use clever_sso::{AuthorizeOptions, ResponseType};

use crate::boundary::{give, handle, run};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{give_string, optional, required};

/// What goes into an authorization request of one's own. Everything has a default.
#[derive(Default)]
pub struct clever_sso_authorize_options {
    implicit: bool,
    redirect_uri: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    district_id: Option<String>,
    switch_user: bool,
}

/// Makes options, all at their defaults.
///
/// Free them with `clever_sso_authorize_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_new(
    options: Option<&mut MaybeUninit<Option<Box<clever_sso_authorize_options>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(options, error, || Ok(clever_sso_authorize_options::default()))
}

/// Asks for an access token in the fragment (the implicit grant, for applications without a secret) instead of a code.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_implicit(
    options: Option<&mut clever_sso_authorize_options>,
    implicit: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.implicit = implicit;
        Ok(())
    })
}

/// Whether Clever lets the person confirm who they are (`confirmed=false`). Default: false.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_switch_user(
    options: Option<&mut clever_sso_authorize_options>,
    switch_user: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.switch_user = switch_user;
        Ok(())
    })
}

/// One of the configured redirect URIs; the primary one by default.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_redirect_uri(
    options: Option<&mut clever_sso_authorize_options>,
    redirect_uri: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.redirect_uri = Some(required(redirect_uri, "redirect_uri")?.to_owned());
        Ok(())
    })
}

/// Comes back unchanged; compare it with what this browser was given.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_state(
    options: Option<&mut clever_sso_authorize_options>,
    state: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.state = Some(required(state, "state")?.to_owned());
        Ok(())
    })
}

/// Comes back inside the ID token.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_nonce(
    options: Option<&mut clever_sso_authorize_options>,
    nonce: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.nonce = Some(required(nonce, "nonce")?.to_owned());
        Ok(())
    })
}

/// The district, if it is known: Clever then skips the school picker.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_set_district_id(
    options: Option<&mut clever_sso_authorize_options>,
    district_id: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.district_id = Some(required(district_id, "district_id")?.to_owned());
        Ok(())
    })
}

/// Frees options. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_options_free(options: Option<Box<clever_sso_authorize_options>>) {
    drop(options);
}

/// The URL that asks Clever for a code or a token. No network. `options` may be NULL.
///
/// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, with
/// `CLEVER_SSO_ARGUMENT` when a value is too long for a URL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_authorize_url(
    client: Option<&clever_sso_client>,
    options: Option<&clever_sso_authorize_options>,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give_string(url, error, || {
        let chosen = options.map(|options| AuthorizeOptions {
            response_type: if options.implicit { ResponseType::Token } else { ResponseType::Code },
            redirect_uri: options.redirect_uri.as_deref(),
            state: options.state.as_deref(),
            nonce: options.nonce.as_deref(),
            district_id: options.district_id.as_deref(),
            switch_user: options.switch_user,
        });
        handle(client, "client")?.client.authorize_url(&chosen.unwrap_or_default())
    })
}

/// An Instant Login link into this application for the people of a district. No network.
///
/// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_instant_login_url(
    client: Option<&clever_sso_client>,
    district_id: *const c_char,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give_string(url, error, || {
        let district_id = required(district_id, "district_id")?;
        handle(client, "client")?.client.instant_login_url(district_id)
    })
}

/// The portal of a district by its short name, or with NULL the page where people look for their school. No network.
///
/// Free the URL with `clever_sso_string_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_portal_url(
    client: Option<&clever_sso_client>,
    district: *const c_char,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give_string(url, error, || {
        let district = optional(district, "district")?;
        handle(client, "client")?.client.portal_url(district)
    })
}
