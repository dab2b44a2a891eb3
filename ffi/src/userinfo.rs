//! `clever_sso_userinfo_record`: the OpenID Connect claims of the person that an access token belongs to.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::UserInfo;
use serde_json::Map;

use crate::boundary::{give, handle};
use crate::claims::clever_sso_claims;
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, optional, owned, required};

/// The claims of a person from the userinfo endpoint.
pub struct clever_sso_userinfo_record {
    id: CString,
    claims: clever_sso_claims,
}

impl From<&UserInfo> for clever_sso_userinfo_record {
    fn from(userinfo: &UserInfo) -> Self {
        let claims = userinfo.json.as_object().map_or_else(|| (&Map::new()).into(), Into::into);
        Self { id: owned(&userinfo.id), claims }
    }
}

/// Fetches the claims of the person that an access token belongs to (OpenID Connect Core 5.3). `subject` is the `sub` of the ID
/// token that was sent with it, or NULL. A response about another person is refused.
///
/// Free the record with `clever_sso_userinfo_record_free`. Fails with `CLEVER_SSO_TOKEN` when Clever does not accept the token
/// or the response is about another person, with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_userinfo(
    client: Option<&clever_sso_client>,
    access_token: *const c_char,
    subject: *const c_char,
    userinfo: Option<&mut MaybeUninit<Option<Box<clever_sso_userinfo_record>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(userinfo, error, || {
        let (access_token, subject) =
            (required(access_token, "access_token")?, optional(subject, "subject")?);
        Ok((&handle(client, "client")?.client.userinfo(access_token, subject)?).into())
    })
}

/// The person's id at the issuer (`sub`). Borrowed from `userinfo`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_userinfo_record_id(
    userinfo: Option<&clever_sso_userinfo_record>,
) -> *const c_char {
    borrowed(userinfo.map(|userinfo| &userinfo.id))
}

/// All claims, for the functions that read claims. Borrowed from `userinfo`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_userinfo_record_claims(
    userinfo: Option<&clever_sso_userinfo_record>,
) -> Option<&clever_sso_claims> {
    userinfo.map(|userinfo| &userinfo.claims)
}

/// All claims as one JSON object. Borrowed from `userinfo`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_userinfo_record_json(
    userinfo: Option<&clever_sso_userinfo_record>,
) -> *const c_char {
    borrowed(userinfo.map(|userinfo| userinfo.claims.json()))
}

/// Frees a record from `clever_sso_userinfo`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_userinfo_record_free(userinfo: Option<Box<clever_sso_userinfo_record>>) {
    drop(userinfo);
}
