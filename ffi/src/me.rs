//! `clever_sso_me_record`: the owner of an access token.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Me, UserType};

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned, owned_option, required};

/// The owner of an access token.
pub struct clever_sso_me_record {
    id: CString,
    district_id: Option<CString>,
    user_type: Option<CString>,
    authorized_by: Option<CString>,
    json: CString,
}

impl From<&Me> for clever_sso_me_record {
    fn from(me: &Me) -> Self {
        Self {
            id: owned(&me.id),
            district_id: owned_option(me.district_id.as_deref()),
            user_type: owned_option(me.user_type.as_ref().map(UserType::as_str)),
            authorized_by: owned_option(me.authorized_by.as_deref()),
            json: owned(&me.json.to_string()),
        }
    }
}

/// Asks Clever for the owner of an access token.
///
/// Free the record with `clever_sso_me_record_free`. Fails with `CLEVER_SSO_TOKEN` when Clever does not accept the token,
/// with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me(
    client: Option<&clever_sso_client>,
    access_token: *const c_char,
    me: Option<&mut MaybeUninit<Option<Box<clever_sso_me_record>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(me, error, || {
        let access_token = required(access_token, "access_token")?;
        Ok((&handle(client, "client")?.client.me(access_token)?).into())
    })
}

/// The Clever id. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_id(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.map(|me| &me.id))
}

/// The district's id; NULL for people in Clever Library. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_district_id(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.and_then(|me| me.district_id.as_ref()))
}

/// The type of account, or NULL. API v3 says `user` for everyone. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_user_type(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.and_then(|me| me.user_type.as_ref()))
}

/// Who gave the application access: `district` or `teacher`; NULL when Clever does not say. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_authorized_by(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.and_then(|me| me.authorized_by.as_ref()))
}

/// The whole record as JSON. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_json(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.map(|me| &me.json))
}

/// Frees a record from `clever_sso_me`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_free(me: Option<Box<clever_sso_me_record>>) {
    drop(me);
}
