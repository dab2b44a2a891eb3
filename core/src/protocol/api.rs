//! The resources that an access token of a login opens: `/me`, `/users/{id}`, `/districts/{id}`, userinfo.
//!
//! Clever's API v3. Whatever is missing stays missing: of a person only the id is certain, and what this file does not
//! know is kept in `json`.

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::identity::{Name, Role, RoleName};
use super::{Request, Response, answer};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::Redacted;

/// Who an access token belongs to.
#[derive(Clone)]
pub struct Me {
    /// The Clever id.
    pub id: String,
    /// The district; a person of Clever Library has none.
    pub district_id: Option<String>,
    /// The kind of account; API v3 says `user` of everybody, older ones name the role.
    pub user_type: Option<String>,
    /// Who gave the application access: `district` or `teacher`.
    pub authorized_by: Option<String>,
    /// The whole `data` member.
    pub json: Value,
}

/// A person.
#[derive(Clone)]
pub struct User {
    /// The Clever id.
    pub id: String,
    /// The district.
    pub district_id: Option<String>,
    /// The name.
    pub name: Name,
    /// An email address that nobody verified: it may be another person's, and it may change. Never a key.
    pub unverified_email: Option<String>,
    /// Every role of this person.
    pub roles: Vec<Role>,
    /// The whole `data` member.
    pub json: Value,
}

/// A district.
#[derive(Clone)]
pub struct District {
    /// The district's id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The whole `data` member.
    pub json: Value,
}

/// The claims of a person, as the userinfo endpoint tells them.
#[derive(Clone)]
pub struct UserInfo {
    /// Who it is, as the issuer names them (`sub`).
    pub id: String,
    /// All claims. Clever's `name` is an object.
    pub json: Value,
}

macro_rules! debug_by_id {
    ($($resource:ident),*) => {$(
        impl std::fmt::Debug for $resource {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_struct(stringify!($resource)).field("id", &self.id).field("json", &Redacted).finish()
            }
        }
    )*};
}

debug_by_id!(Me, User, District, UserInfo);

/// The request for `/me`.
///
/// # Errors
/// `argument_invalid` when the token cannot be a token.
pub fn me_request(api_base: &str, access_token: &str) -> Result<Request> {
    answer::bearer_get(&format!("{api_base}/v3.0/me"), access_token)
}

/// The request for `/users/{id}`.
///
/// # Errors
/// `argument_invalid` when the id or the token cannot be one.
pub fn user_request(api_base: &str, access_token: &str, id: &str) -> Result<Request> {
    answer::bearer_get(&format!("{api_base}/v3.0/users/{}", path_segment(id)?), access_token)
}

/// The request for `/districts/{id}`.
///
/// # Errors
/// `argument_invalid` when the id or the token cannot be one.
pub fn district_request(api_base: &str, access_token: &str, id: &str) -> Result<Request> {
    answer::bearer_get(&format!("{api_base}/v3.0/districts/{}", path_segment(id)?), access_token)
}

/// The request for the userinfo endpoint.
///
/// # Errors
/// `argument_invalid` when the token cannot be a token.
pub fn userinfo_request(endpoint: &str, access_token: &str) -> Result<Request> {
    answer::bearer_get(endpoint, access_token)
}

/// Clever's ids are letters and digits; anything that could lead out of the path is none.
fn path_segment(id: &str) -> Result<&str> {
    let plain = !id.is_empty()
        && id.len() <= 128
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain {
        Ok(id)
    } else {
        Err(Error::with_detail(ErrorCode::ArgumentInvalid, "this cannot be a Clever id"))
    }
}

/// Judges the answer of `/me`.
///
/// # Errors
/// `token_rejected`, `not_found`, `response_html`, `response_malformed`, or the word for the status.
pub fn me_response(response: &Response) -> Result<Me> {
    let json = data(response)?;
    Ok(Me {
        id: id_of(&json, response)?,
        district_id: text(&json, "district"),
        user_type: text(&json, "type"),
        authorized_by: text(&json, "authorized_by"),
        json,
    })
}

/// Judges the answer of `/users/{id}`: it must be about `id`, for a name and roles of somebody else would become this
/// person's.
///
/// # Errors
/// As [`me_response`]; `response_malformed` also when it is about somebody else.
pub fn user_response(response: &Response, id: &str) -> Result<User> {
    let json = data(response)?;
    let name = json.get("name");
    let part = |part| name.and_then(|name| text(name, part));
    Ok(User {
        id: expected_id(&json, response, id)?,
        district_id: text(&json, "district"),
        name: Name { first: part("first"), middle: part("middle"), last: part("last") },
        unverified_email: text(&json, "email"),
        roles: roles(&json),
        json,
    })
}

/// Judges the answer of `/districts/{id}`: it must be about `id`.
///
/// # Errors
/// As [`user_response`].
pub fn district_response(response: &Response, id: &str) -> Result<District> {
    let json = data(response)?;
    Ok(District { id: expected_id(&json, response, id)?, name: text(&json, "name"), json })
}

/// Judges the answer of the userinfo endpoint: it must be about `subject`, if that is known (OpenID Connect Core 5.3.2).
///
/// # Errors
/// `userinfo_subject`, and as [`me_response`].
pub fn userinfo_response(response: &Response, subject: Option<&str>) -> Result<UserInfo> {
    if response.status() != StatusCode::OK {
        return Err(answer::refused(response));
    }
    let json: Value = answer::json(response)?;
    let id = text(&json, "sub")
        .ok_or_else(|| Error::with_detail(ErrorCode::ResponseMalformed, "sub is missing"))?;
    if subject.is_some_and(|subject| subject != id) {
        return Err(Error::new(ErrorCode::UserinfoSubject));
    }
    Ok(UserInfo { id, json })
}

fn data(response: &Response) -> Result<Value> {
    #[derive(Deserialize)]
    struct Envelope {
        data: Value,
    }
    if response.status() != StatusCode::OK {
        return Err(answer::refused(response));
    }
    Ok(answer::json::<Envelope>(response)?.data)
}

fn id_of(data: &Value, response: &Response) -> Result<String> {
    text(data, "id").ok_or_else(|| {
        Error::with_detail(ErrorCode::ResponseMalformed, "data.id is missing")
            .with_status(response.status().as_u16())
    })
}

fn expected_id(data: &Value, response: &Response, expected: &str) -> Result<String> {
    let found = id_of(data, response)?;
    if found == expected {
        return Ok(found);
    }
    Err(Error::with_detail(ErrorCode::ResponseMalformed, "the answer is about another id than was asked for")
        .with_status(response.status().as_u16()))
}

/// A member that is a text with something in it.
fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// `roles` is an object keyed by the role; a role that is not known yet is kept.
fn roles(data: &Value) -> Vec<Role> {
    let Some(roles) = data.get("roles").and_then(Value::as_object) else { return Vec::new() };
    roles
        .iter()
        .map(|(name, role)| Role { name: RoleName::from(name.as_str()), legacy_id: text(role, "legacy_id") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Response {
        http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_person_of_clever_library_has_no_district() {
        let body =
            r#"{"type":"user","data":{"id":"5fc4","type":"user","authorized_by":"teacher"},"links":[]}"#;
        let me = me_response(&answer(200, body)).unwrap();
        assert_eq!(
            (me.id.as_str(), me.district_id, me.authorized_by.as_deref()),
            ("5fc4", None, Some("teacher"))
        );
    }

    #[test]
    fn every_role_is_kept_also_one_not_yet_known() {
        let body =
            r#"{"data":{"id":"1","roles":{"teacher":{"legacy_id":"9","schools":[]},"bus_driver":{}}}}"#;
        let mut roles = user_response(&answer(200, body), "1").unwrap().roles;
        roles.sort_by_key(|role| role.name.as_str().to_owned());
        assert_eq!(roles[0].name, RoleName::Other("bus_driver".to_owned()));
        assert_eq!((roles[1].name.clone(), roles[1].legacy_id.as_deref()), (RoleName::Teacher, Some("9")));
    }

    #[test]
    fn missing_data_is_no_error_but_a_missing_id_is() {
        let body = r#"{"data":{"id":"1","email":null,"name":"x"}}"#;
        let user = user_response(&answer(200, body), "1").unwrap();
        assert!(user.unverified_email.is_none() && user.name == Name::default() && user.roles.is_empty());
        for body in [r#"{"data":{}}"#, r#"{"data":{"id":7}}"#, r#"{"data":null}"#, "{}"] {
            assert_eq!(
                me_response(&answer(200, body)).unwrap_err().code(),
                ErrorCode::ResponseMalformed,
                "{body}"
            );
        }
    }

    #[test]
    fn a_record_about_somebody_else_is_refused() {
        let body = answer(200, r#"{"data":{"id":"1","name":{"first":"A"}}}"#);
        let other_user = user_response(&body, "2").unwrap_err().code();
        let other_district = district_response(&body, "2").unwrap_err().code();
        assert_eq!([other_user, other_district], [ErrorCode::ResponseMalformed; 2]);
        assert_eq!(district_response(&body, "1").unwrap().id, "1");
    }

    #[test]
    fn userinfo_about_somebody_else_is_refused() {
        let body = r#"{"sub":"1","name":{"first":"A"}}"#;
        assert_eq!(userinfo_response(&answer(200, body), Some("1")).unwrap().id, "1");
        assert_eq!(
            userinfo_response(&answer(200, body), Some("2")).unwrap_err().code(),
            ErrorCode::UserinfoSubject
        );
        assert_eq!(
            userinfo_response(&answer(200, "{}"), None).unwrap_err().code(),
            ErrorCode::ResponseMalformed
        );
    }

    #[test]
    fn an_id_cannot_lead_out_of_its_path() {
        for id in ["", "..", "a/b", "a?b", "a#b", "%2e%2e", "a b", "é"] {
            assert_eq!(
                user_request("https://x", "t", id).unwrap_err().code(),
                ErrorCode::ArgumentInvalid,
                "{id}"
            );
        }
    }

    #[test]
    fn an_access_token_cannot_forge_a_header_and_is_marked_sensitive() {
        assert_eq!(me_request("https://x", "a\r\nb: c").unwrap_err().code(), ErrorCode::ArgumentInvalid);
        let request = me_request("https://x", "hunter2").unwrap();
        assert!(!format!("{request:?}").contains("hunter2"));
    }
}
