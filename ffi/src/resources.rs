//! `clever_sso_me`, `clever_sso_user`, `clever_sso_district`: what an access token of a login opens at Clever's API.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{District, Me, User};

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::identity::{Names, Roles};
use crate::text::{borrowed, owned, owned_option, required};

/// Who an access token belongs to.
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
            user_type: owned_option(me.user_type.as_deref()),
            authorized_by: owned_option(me.authorized_by.as_deref()),
            json: owned(&me.json.to_string()),
        }
    }
}

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

/// A district's record.
pub struct clever_sso_district_record {
    id: CString,
    name: Option<CString>,
    json: CString,
}

impl From<&District> for clever_sso_district_record {
    fn from(district: &District) -> Self {
        Self {
            id: owned(&district.id),
            name: owned_option(district.name.as_deref()),
            json: owned(&district.json.to_string()),
        }
    }
}

/// Who an access token belongs to.
///
/// Free the answer with `clever_sso_me_record_free`. Fails with `CLEVER_SSO_TOKEN` when Clever does not accept the token, with
/// `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
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

/// A person's record.
///
/// Free the answer with `clever_sso_user_record_free`. Fails with `CLEVER_SSO_CLEVER` when the token does not open it, with
/// `CLEVER_SSO_TOKEN` when Clever does not accept the token, and with `CLEVER_SSO_NETWORK`.
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

/// A district's record.
///
/// Free the answer with `clever_sso_district_record_free`. Fails with `CLEVER_SSO_CLEVER` when the token does not open it, with
/// `CLEVER_SSO_TOKEN` when Clever does not accept the token, and with `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_district(
    client: Option<&clever_sso_client>,
    access_token: *const c_char,
    id: *const c_char,
    district: Option<&mut MaybeUninit<Option<Box<clever_sso_district_record>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(district, error, || {
        let (access_token, id) = (required(access_token, "access_token")?, required(id, "id")?);
        Ok((&handle(client, "client")?.client.district(access_token, id)?).into())
    })
}

/// The Clever id. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_id(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.map(|me| &me.id))
}

/// The district; NULL for a person of Clever Library. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_district_id(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.and_then(|me| me.district_id.as_ref()))
}

/// The kind of account; API v3 says `user` of everybody. May be NULL. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_user_type(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.and_then(|me| me.user_type.as_ref()))
}

/// Who gave the application access: `district` or `teacher`; NULL when it is not said. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_authorized_by(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.and_then(|me| me.authorized_by.as_ref()))
}

/// The whole record, as JSON. Borrowed from `me`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_json(me: Option<&clever_sso_me_record>) -> *const c_char {
    borrowed(me.map(|me| &me.json))
}

/// Frees the answer of `clever_sso_me`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_me_record_free(me: Option<Box<clever_sso_me_record>>) {
    drop(me);
}

/// The Clever id. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_id(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.map(|user| &user.id))
}

/// The district, or NULL. Borrowed from `user`.
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

/// First, middle and last name with a space between them; empty when nothing is known. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_full_name(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.map(|user| &user.name.full))
}

/// An email address that nobody verified, or NULL: it may be another person's, and it may change. Never a key.
/// Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_unverified_email(
    user: Option<&clever_sso_user_record>,
) -> *const c_char {
    borrowed(user.and_then(|user| user.unverified_email.as_ref()))
}

/// How many roles this person has.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_role_count(user: Option<&clever_sso_user_record>) -> usize {
    user.map_or(0, |user| user.roles.0.len())
}

/// The name of a role, for example `teacher`; NULL when `index` is too large. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_role_name(
    user: Option<&clever_sso_user_record>,
    index: usize,
) -> *const c_char {
    borrowed(user.and_then(|user| user.roles.0.get(index)).map(|(name, _)| name))
}

/// The id that this person had in this role before API v3, or NULL. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_role_legacy_id(
    user: Option<&clever_sso_user_record>,
    index: usize,
) -> *const c_char {
    borrowed(user.and_then(|user| user.roles.0.get(index)).and_then(|(_, legacy_id)| legacy_id.as_ref()))
}

/// The whole record, as JSON. Borrowed from `user`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_json(user: Option<&clever_sso_user_record>) -> *const c_char {
    borrowed(user.map(|user| &user.json))
}

/// Frees the answer of `clever_sso_user`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_record_free(user: Option<Box<clever_sso_user_record>>) {
    drop(user);
}

/// The district's id. Borrowed from `district`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_district_record_id(
    district: Option<&clever_sso_district_record>,
) -> *const c_char {
    borrowed(district.map(|district| &district.id))
}

/// The district's name, or NULL. Borrowed from `district`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_district_record_name(
    district: Option<&clever_sso_district_record>,
) -> *const c_char {
    borrowed(district.and_then(|district| district.name.as_ref()))
}

/// The whole record, as JSON. Borrowed from `district`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_district_record_json(
    district: Option<&clever_sso_district_record>,
) -> *const c_char {
    borrowed(district.map(|district| &district.json))
}

/// Frees the answer of `clever_sso_district`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_district_record_free(district: Option<Box<clever_sso_district_record>>) {
    drop(district);
}
