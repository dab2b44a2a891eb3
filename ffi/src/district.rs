//! `clever_sso_district_record`: a district's record at Clever's API.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::District;

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned, owned_option, required};

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

/// Fetches a district's record.
///
/// Free the record with `clever_sso_district_record_free`. Fails with `CLEVER_SSO_CLEVER` when the token gives no access to
/// it, with `CLEVER_SSO_TOKEN` when Clever does not accept the token, and with `CLEVER_SSO_NETWORK`.
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

/// The whole record as JSON. Borrowed from `district`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_district_record_json(
    district: Option<&clever_sso_district_record>,
) -> *const c_char {
    borrowed(district.map(|district| &district.json))
}

/// Frees a record from `clever_sso_district`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_district_record_free(district: Option<Box<clever_sso_district_record>>) {
    drop(district);
}
