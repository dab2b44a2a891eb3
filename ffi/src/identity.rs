//! `clever_sso_identity`: who logged in.

use std::ffi::{CString, c_char};

use clever_sso::{Identity, Name, Role, UserType};

use crate::claims::clever_sso_claims;
use crate::text::{borrowed, owned, owned_option};

/// Who logged in. Use the issuer together with the id as the key of a user: names and email addresses change, and two people can
/// have the same one.
pub struct clever_sso_identity {
    issuer: CString,
    id: CString,
    district_id: Option<CString>,
    user_type: Option<CString>,
    roles: Roles,
    name: Names,
    unverified_email: Option<CString>,
    legacy_ids: Vec<CString>,
    authorized_by: Option<CString>,
    proven_by: CString,
    loginas_by_admin: bool,
    claims: clever_sso_claims,
}

/// A name and its parts.
pub(crate) struct Names {
    pub(crate) first: Option<CString>,
    pub(crate) middle: Option<CString>,
    pub(crate) last: Option<CString>,
    pub(crate) full: CString,
}

impl From<&Name> for Names {
    fn from(name: &Name) -> Self {
        Self {
            first: owned_option(name.first.as_deref()),
            middle: owned_option(name.middle.as_deref()),
            last: owned_option(name.last.as_deref()),
            full: owned(&name.full()),
        }
    }
}

/// Roles, each with its legacy id.
pub(crate) struct Roles(pub(crate) Vec<(CString, Option<CString>)>);

impl From<&[Role]> for Roles {
    fn from(roles: &[Role]) -> Self {
        let role = |role: &Role| (owned(role.name.as_str()), owned_option(role.legacy_id.as_deref()));
        Self(roles.iter().map(role).collect())
    }
}

impl From<&Identity> for clever_sso_identity {
    fn from(identity: &Identity) -> Self {
        Self {
            issuer: owned(&identity.issuer),
            id: owned(&identity.id),
            district_id: owned_option(identity.district_id.as_deref()),
            user_type: owned_option(identity.user_type.as_ref().map(UserType::as_str)),
            roles: identity.roles[..].into(),
            name: (&identity.name).into(),
            unverified_email: owned_option(identity.unverified_email.as_deref()),
            legacy_ids: identity.legacy_ids.iter().map(|id| owned(id)).collect(),
            authorized_by: owned_option(identity.authorized_by.as_deref()),
            proven_by: owned(identity.proven_by.as_str()),
            loginas_by_admin: identity.loginas_by_admin,
            claims: (&identity.claims).into(),
        }
    }
}

/// The issuer that proved the identity. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_issuer(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.map(|identity| &identity.issuer))
}

/// The Clever id (API v3). Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_id(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.map(|identity| &identity.id))
}

/// The district's id; NULL for people in Clever Library. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_district_id(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.district_id.as_ref()))
}

/// The role of this login, for example `student`; NULL when a person has several roles and did not pick one. Borrowed
/// from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_user_type(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.user_type.as_ref()))
}

/// The first name, or NULL. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_first_name(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.name.first.as_ref()))
}

/// The middle name, or NULL. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_middle_name(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.name.middle.as_ref()))
}

/// The last name, or NULL. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_last_name(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.name.last.as_ref()))
}

/// First, middle and last name, separated by spaces; empty when none is known. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_full_name(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.map(|identity| &identity.name.full))
}

/// An unverified email address, or NULL. It may belong to another person, and it may change: never use it as a key.
/// Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_unverified_email(
    identity: Option<&clever_sso_identity>,
) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.unverified_email.as_ref()))
}

/// Who gave the application access: `district` or `teacher`; NULL when Clever does not say. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_authorized_by(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.authorized_by.as_ref()))
}

/// How the identity was proven: `id_token` or `me`. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_proven_by(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.map(|identity| &identity.proven_by))
}

/// All data from Clever, for the functions that read claims. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_claims(
    identity: Option<&clever_sso_identity>,
) -> Option<&clever_sso_claims> {
    identity.map(|identity| &identity.claims)
}

/// All data from Clever as one JSON object. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_claims_json(identity: Option<&clever_sso_identity>) -> *const c_char {
    borrowed(identity.map(|identity| identity.claims.json()))
}

/// The number of roles.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_role_count(identity: Option<&clever_sso_identity>) -> usize {
    identity.map_or(0, |identity| identity.roles.0.len())
}

/// The name of a role, for example `teacher`, counted from 0; NULL after the last one. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_role_name(
    identity: Option<&clever_sso_identity>,
    index: usize,
) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.roles.0.get(index)).map(|(name, _)| name))
}

/// The id that this person had in this role before API v3, or NULL; the role is counted from 0. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_role_legacy_id(
    identity: Option<&clever_sso_identity>,
    index: usize,
) -> *const c_char {
    borrowed(
        identity
            .and_then(|identity| identity.roles.0.get(index))
            .and_then(|(_, legacy_id)| legacy_id.as_ref()),
    )
}

/// The number of ids that this person had before API v3.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_legacy_id_count(identity: Option<&clever_sso_identity>) -> usize {
    identity.map_or(0, |identity| identity.legacy_ids.len())
}

/// An id that this person had before API v3, counted from 0; NULL after the last one. Borrowed from `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_legacy_id(
    identity: Option<&clever_sso_identity>,
    index: usize,
) -> *const c_char {
    borrowed(identity.and_then(|identity| identity.legacy_ids.get(index)))
}

/// Whether an administrator at Clever logged in as this person. It comes from the callback and is not proven.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_identity_loginas_by_admin(identity: Option<&clever_sso_identity>) -> bool {
    identity.is_some_and(|identity| identity.loginas_by_admin)
}
