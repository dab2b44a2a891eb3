//! `clever_sso_client`.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::blocking::Client;

use crate::boundary::{give, give_string, handle, run};
use crate::cancellation::Uncancelled;
use crate::config::clever_sso_config;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned, required};

/// Everything an application does with Clever. Make one per process and keep it: it keeps connections and keys.
///
/// May be used from many threads at once, and by forked children.
pub struct clever_sso_client {
    pub(crate) client: Client,
    issuer: CString,
}

/// Makes a client from a configuration, which is copied. Nothing is sent yet.
///
/// Free it with `clever_sso_client_free`. Fails with `CLEVER_SSO_CONFIG` when the configuration is wrong.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_client_new(
    config: Option<&clever_sso_config>,
    client: Option<&mut MaybeUninit<Option<Box<clever_sso_client>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(client, error, || {
        let config = handle(config, "config")?.builder.clone().build()?;
        let client = Client::new(config)?;
        Ok(clever_sso_client { issuer: owned(client.issuer()), client })
    })
}

/// The issuer whose people log in, as it stands in identities and ID tokens. Borrowed from `client`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_client_issuer(client: Option<&clever_sso_client>) -> *const c_char {
    borrowed(client.map(|client| &client.issuer))
}

/// Fetches Clever's discovery document and keys before the first student comes.
///
/// Fails with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_warm_up(
    client: Option<&clever_sso_client>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || handle(client, "client")?.client.warm_up())
}

/// Clever's keys as text, for another process of the same application: PHP workers can share them. They are fetched when they
/// are not known yet. Keep the text where nobody else can write: who can change it, can sign in as anybody.
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

/// Takes keys that another process exported, unless fresh ones are here already. They are held to the same rules as fetched
/// ones. No network.
///
/// Fails with `CLEVER_SSO_ARGUMENT` when the text is none that was exported for this issuer.
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

/// Frees a client. No call may be under way. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_client_free(client: Option<Box<clever_sso_client>>) {
    // Closing a connection is where a thread can be cancelled.
    let _uncancelled = Uncancelled::new();
    drop(client);
}
