//! `clever_sso_metadata_record`: the issuer's discovery document.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::Metadata;

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned, owned_option};

/// The parts of the issuer's discovery document that this library reads.
pub struct clever_sso_metadata_record {
    jwks_uri: CString,
    authorization_endpoint: Option<CString>,
    token_endpoint: Option<CString>,
    userinfo_endpoint: Option<CString>,
}

impl From<&Metadata> for clever_sso_metadata_record {
    fn from(metadata: &Metadata) -> Self {
        Self {
            jwks_uri: owned(&metadata.jwks_uri),
            authorization_endpoint: owned_option(metadata.authorization_endpoint.as_deref()),
            token_endpoint: owned_option(metadata.token_endpoint.as_deref()),
            userinfo_endpoint: owned_option(metadata.userinfo_endpoint.as_deref()),
        }
    }
}

/// Fetches the issuer's discovery document.
///
/// Free the record with `clever_sso_metadata_record_free`. Fails with `CLEVER_SSO_CLEVER` when the response is not a discovery
/// document or belongs to another issuer, and with `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_metadata(
    client: Option<&clever_sso_client>,
    metadata: Option<&mut MaybeUninit<Option<Box<clever_sso_metadata_record>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(metadata, error, || Ok((&handle(client, "client")?.client.metadata()?).into()))
}

/// Where the keys are. Borrowed from `metadata`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_metadata_record_jwks_uri(
    metadata: Option<&clever_sso_metadata_record>,
) -> *const c_char {
    borrowed(metadata.map(|metadata| &metadata.jwks_uri))
}

/// Where the browser is sent, or NULL. Borrowed from `metadata`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_metadata_record_authorization_endpoint(
    metadata: Option<&clever_sso_metadata_record>,
) -> *const c_char {
    borrowed(metadata.and_then(|metadata| metadata.authorization_endpoint.as_ref()))
}

/// Where codes are exchanged, or NULL. Borrowed from `metadata`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_metadata_record_token_endpoint(
    metadata: Option<&clever_sso_metadata_record>,
) -> *const c_char {
    borrowed(metadata.and_then(|metadata| metadata.token_endpoint.as_ref()))
}

/// Where to fetch the claims of the person that an access token belongs to, or NULL. Borrowed from `metadata`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_metadata_record_userinfo_endpoint(
    metadata: Option<&clever_sso_metadata_record>,
) -> *const c_char {
    borrowed(metadata.and_then(|metadata| metadata.userinfo_endpoint.as_ref()))
}

/// Frees a record from `clever_sso_metadata`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_metadata_record_free(metadata: Option<Box<clever_sso_metadata_record>>) {
    drop(metadata);
}
