//! `clever_sso_client`: the client. Make one per process.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::blocking::Client;

use crate::boundary::{give, handle, run};
use crate::cancellation::Uncancelled;
use crate::config::clever_sso_config;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned};

/// Talks to Clever. Make one per process and keep it: it keeps connections and Clever's keys.
///
/// Many threads and forked children may use it at once.
pub struct clever_sso_client {
    pub(crate) client: Client,
    issuer: CString,
}

/// Makes a client from a configuration, which is copied. No network.
///
/// Free it with `clever_sso_client_free`. Fails with `CLEVER_SSO_CONFIG` when the configuration is wrong, and with
/// `CLEVER_SSO_INTERNAL` (`limit_reached`) when the process has fewer than three keys left for `pthread_key_create`.
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

/// The issuer, as in identities and ID tokens. Borrowed from `client`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_client_issuer(client: Option<&clever_sso_client>) -> *const c_char {
    borrowed(client.map(|client| &client.issuer))
}

/// Does one-time setup up front: fetches Clever's discovery document and keys. If it fails, log the error and continue: the first
/// login fetches what is missing.
///
/// Fails with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_warm_up(
    client: Option<&clever_sso_client>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || handle(client, "client")?.client.warm_up())
}

/// Frees a client. No thread may be in a call with it. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_client_free(client: Option<Box<clever_sso_client>>) {
    // A thread can be canceled while it closes a connection.
    let _uncancelled = Uncancelled::new();
    drop(client);
}
