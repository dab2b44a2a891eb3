//! Links: Instant Login and the Clever Portal.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::boundary::{give_string, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{optional, required};

/// An Instant Login link to your application for the people of a district. No network.
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

/// The Clever Portal of a district, by its short name; with NULL, the page where people search for their school. No network.
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
