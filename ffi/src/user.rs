//! `clever_sso_user_record`: a person's record at Clever's API.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::User;

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::identity::{Names, Roles};
use crate::text::{borrowed, owned, owned_option, required};

/// A person's record.
pub struct clever_sso_user_record {
    id: CString,
    district_id: Option<CString>,
    name: Names,
    unverified_email: Option<CString>,
    roles: Roles,
    json: CString,
}

impl From<&User> for clever_sso_user_record {
    fn from(user: &User) -> Self {
        Self {
            id: owned(&user.id),
            district_id: owned_option(user.district_id.as_deref()),
            name: (&user.name).into(),
            unverified_email: owned_option(user.unverified_email.as_deref()),
            roles: user.roles[..].into(),
            json: owned(&user.json.to_string()),
        }
    }
}

/// Fetches a person's record.
///
/// Free the record with `clever_sso_user_record_free`. Fails with `CLEVER_SSO_CLEVER` when the token gives no access to it,
/// with `CLEVER_SSO_TOKEN` when Clever does not accept the token, and with `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user(
    client: Option<&clever_sso_client>,
    access_token: *const c_char,
    id: *const c_char,
    user: Option<&mut MaybeUninit<Option<Box<clever_sso_user_record>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(user, error, || {
        let (access_token, id) = (required(access_token, "access_token")?, required(id, "id")?);
        Ok((&handle(client, "client")?.client.user(access_token, id)?).into())
    })
}

/// The Clever id. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_id(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.map(|user| &user.id))
}

/// The district's id, or NULL. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_district_id(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.and_then(|user| user.district_id.as_ref()))
}

/// The first name, or NULL. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_first_name(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.and_then(|user| user.name.first.as_ref()))
}

/// The middle name, or NULL. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_middle_name(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.and_then(|user| user.name.middle.as_ref()))
}

/// The last name, or NULL. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_last_name(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.and_then(|user| user.name.last.as_ref()))
}

/// First, middle and last name, separated by spaces; empty when none is known. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_full_name(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.map(|user| &user.name.full))
}

/// An unverified email address, or NULL. It may belong to another person, and it may change: never use it as a key.
/// Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_unverified_email(
    user: Option<&clever_sso_user_record>,
) -> *const c_char {
    borrowed(user.and_then(|user| user.unverified_email.as_ref()))
}

/// The number of roles.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_role_count(user: Option<&clever_sso_user_record>) -> usize {
    user.map_or(0, |user| user.roles.0.len())
}

/// The name of a role, for example `teacher`, counted from 0; NULL after the last one. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_role_name(
    user: Option<&clever_sso_user_record>,
    index: usize,
) -> *const c_char {
    borrowed(user.and_then(|user| user.roles.0.get(index)).map(|(name, _)| name))
}

/// The id that this person had in this role before API v3, or NULL; the role is counted from 0. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_role_legacy_id(
    user: Option<&clever_sso_user_record>,
    index: usize,
) -> *const c_char {
    borrowed(user.and_then(|user| user.roles.0.get(index)).and_then(|(_, legacy_id)| legacy_id.as_ref()))
}

/// The whole record as JSON. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_json(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.map(|user| &user.json))
}

/// Frees a record from `clever_sso_user`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_free(user: Option<Box<clever_sso_user_record>>) {
    drop(user);
}
