//! Sharing keys: Clever's keys as text, for short-lived processes.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::boundary::{give_string, handle, run};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::required;

/// Clever's keys as text, for another process of the same application. The client fetches the keys first if it does not have them
/// yet. Store the text where no other user can write: anyone who can change it can sign in as anyone.
///
/// Free the text with `clever_sso_string_free`. Fails with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_export_keys(
    client: Option<&clever_sso_client>,
    keys: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give_string(keys, error, || handle(client, "client")?.client.export_keys())
}

/// Imports keys that another process exported, unless the client has newer ones. They must pass the same checks as fetched keys.
/// No network.
///
/// Fails with `CLEVER_SSO_ARGUMENT` when the text is not an export for this issuer.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_import_keys(
    client: Option<&clever_sso_client>,
    keys: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        let keys = required(keys, "keys")?;
        handle(client, "client")?.client.import_keys(keys)
    })
}
