//! The resources that a login's access token can read: `/me`, `/users/{id}`, `/districts/{id}`, userinfo.
//!
//! Clever's API v3. Missing data stays missing: only a person's id is always there. Members that this file does not read are in
//! `json`.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::message::{Request, Response};
use super::person::{IntoRoles, Name, Role, RoleName, UserType};
use super::{exchange, id_token, text};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::Redacted;

/// The owner of an access token.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Me {
    /// The Clever id.
    pub id: String,
    /// The district; people in Clever Library have none.
    pub district_id: Option<String>,
    /// The kind of account. API v3 says `user` for everyone; older versions name the role.
    pub user_type: Option<UserType>,
    /// Who gave the application access: `district` or `teacher`.
    pub authorized_by: Option<String>,
    /// The whole `data` member.
    pub json: Value,
}

/// A person.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The Clever id.
    pub id: String,
    /// The district.
    pub district_id: Option<String>,
    /// The name.
    pub name: Name,
    /// An unverified email address: it may belong to another person, and it may change. Never use it as a key.
    pub unverified_email: Option<String>,
    /// Every role of this person.
    pub roles: Vec<Role>,
    /// The whole `data` member.
    pub json: Value,
}

/// A district.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct District {
    /// The district's id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The whole `data` member.
    pub json: Value,
}

/// The claims of a person from the userinfo endpoint.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserInfo {
    /// The person's id at the issuer (`sub`).
    pub id: String,
    /// All claims. Clever's `name` is an object.
    pub json: Value,
}

impl User {
    /// Whether the person has this role, or one of several.
    ///
    /// ```
    /// fn may_grade(user: &clever_sso::User) -> bool {
    ///     user.has_role(clever_sso::RoleName::Teacher)
    /// }
    /// ```
    pub fn has_role(&self, roles: impl IntoRoles) -> bool {
        let wanted = roles.into_roles();
        self.roles.iter().any(|known| wanted.contains(&known.name))
    }
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
/// ```
/// let request = clever_sso::protocol::me_request("https://api.clever.com", "access-token")?;
/// assert_eq!(request.uri(), "https://api.clever.com/v3.0/me");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `argument_invalid` when the token is not a valid token.
pub fn me_request(api_base: &str, access_token: &str) -> Result<Request> {
    exchange::bearer_get(&format!("{api_base}/v3.0/me"), access_token)
}

/// The request for `/users/{id}`.
///
/// ```
/// let id = "58da8c63d7dc0ca068000478";
/// let request = clever_sso::protocol::user_request("https://api.clever.com", "access-token", id)?;
/// assert_eq!(request.uri().path(), format!("/v3.0/users/{id}"));
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `argument_invalid` when the id or the token is not valid.
pub fn user_request(api_base: &str, access_token: &str, id: &str) -> Result<Request> {
    exchange::bearer_get(&format!("{api_base}/v3.0/users/{}", path_segment(id)?), access_token)
}

/// The request for `/districts/{id}`.
///
/// ```
/// let id = "58da8a43cc70ab00017a1a87";
/// let request = clever_sso::protocol::district_request("https://api.clever.com", "access-token", id)?;
/// assert_eq!(request.uri().path(), format!("/v3.0/districts/{id}"));
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `argument_invalid` when the id or the token is not valid.
pub fn district_request(api_base: &str, access_token: &str, id: &str) -> Result<Request> {
    exchange::bearer_get(&format!("{api_base}/v3.0/districts/{}", path_segment(id)?), access_token)
}

/// The request for the userinfo endpoint.
///
/// ```
/// let request = clever_sso::protocol::userinfo_request("https://op.example/userinfo", "access-token")?;
/// assert_eq!(request.headers()["authorization"], "Bearer access-token");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `argument_invalid` when the token is not a valid token.
pub fn userinfo_request(endpoint: &str, access_token: &str) -> Result<Request> {
    exchange::bearer_get(endpoint, access_token)
}

/// Clever's ids are letters and digits. Anything that could lead out of the path is not an id.
fn path_segment(id: &str) -> Result<&str> {
    if is_id(id) {
        Ok(id)
    } else {
        Err(Error::with_detail(ErrorCode::ArgumentInvalid, "this cannot be a Clever id"))
    }
}

fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Checks the response of `/me`.
///
/// ```
/// use clever_sso::protocol::{Response, me_response};
///
/// let response = Response::new(br#"{"data":{"id":"5fc4","type":"user"}}"#.to_vec());
/// assert_eq!(me_response(&response)?.id, "5fc4");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `token_rejected`, `not_found`, `response_html`, `response_malformed`, or the error code for the status.
pub fn me_response(response: &Response) -> Result<Me> {
    let json = data(response)?;
    Ok(Me {
        id: id_of(&json, response)?,
        district_id: identifier(&json, "district"),
        user_type: exchange::text(&json, "type").and_then(UserType::read),
        authorized_by: identifier(&json, "authorized_by"),
        json,
    })
}

/// The kinds of records in Clever's API that are not people. An access token that is not from a login may belong to one.
const NO_PEOPLE: [&str; 7] = ["application", "course", "district", "resource", "school", "section", "term"];

/// Checks the response of `/me` for a sign-in: it must be about a person.
///
/// ```
/// use clever_sso::protocol::{Response, person_response};
///
/// let response = Response::new(br#"{"data":{"id":"5fc4","type":"district"}}"#.to_vec());
/// assert!(person_response(&response).is_err());
/// ```
///
/// # Errors
/// As [`me_response`]; `response_malformed` also when the response is about a district or another kind of record.
pub fn person_response(response: &Response) -> Result<Me> {
    let me = me_response(response)?;
    let record = exchange::record(response)?;
    let kinds = [exchange::text(&record, "type"), me.user_type.as_ref().map(UserType::as_str)];
    let odd = kinds.into_iter().flatten().find(|kind| NO_PEOPLE.contains(kind));
    let why = odd.map(|kind| format!("the token belongs to a {kind}, not to a person"));
    why.map_or(Ok(me), |why| Err(exchange::malformed(response, why)))
}

/// Checks the response of `/users/{id}`: it must be about `id`. Otherwise, one person would get the name and roles of another.
///
/// ```
/// use clever_sso::RoleName;
/// use clever_sso::protocol::{Response, user_response};
///
/// let response = Response::new(br#"{"data":{"id":"5fc4","roles":{"teacher":{}}}}"#.to_vec());
/// assert!(user_response(&response, "5fc4")?.has_role(RoleName::Teacher));
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// As [`me_response`]; `response_malformed` also when the response is about another person.
pub fn user_response(response: &Response, id: &str) -> Result<User> {
    let json = data(response)?;
    let part = |part| exchange::text(json.get("name")?, part).and_then(text::shown);
    Ok(User {
        id: expected_id(&json, response, id)?,
        district_id: identifier(&json, "district"),
        name: Name { first: part("first"), middle: part("middle"), last: part("last") },
        unverified_email: exchange::text(&json, "email").and_then(text::email).map(str::to_owned),
        roles: roles(&json),
        json,
    })
}

/// Checks the response of `/users/{id}` for the person from `/me`. The record only adds details, so a login continues without it.
/// Only a record of another person is an error, because then it is unclear whose login this is.
///
/// ```
/// use clever_sso::protocol::{Response, own_user_response};
///
/// let mut response = Response::new(Vec::new());
/// *response.status_mut() = clever_sso::http::StatusCode::NOT_FOUND;
/// assert_eq!(own_user_response(&response, "5fc4")?, None);
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `response_malformed` when the record is about another person.
pub fn own_user_response(response: &Response, id: &str) -> Result<Option<User>> {
    match user_response(response, id) {
        Err(error) if names_another(response, id) => Err(error),
        record => Ok(record.ok()),
    }
}

/// Whether a response is a record with a Clever id that is not `id`.
fn names_another(response: &Response, id: &str) -> bool {
    let named =
        |json: Value| exchange::text(json.get("data")?, "id").filter(|found| is_id(found)).map(str::to_owned);
    exchange::is_good(response)
        && exchange::json(response).ok().and_then(named).is_some_and(|found| found != id)
}

/// Checks the response of `/districts/{id}`: it must be about `id`.
///
/// ```
/// use clever_sso::protocol::{Response, district_response};
///
/// let response = Response::new(br#"{"data":{"id":"58da","name":"Springfield"}}"#.to_vec());
/// assert_eq!(district_response(&response, "58da")?.name.as_deref(), Some("Springfield"));
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// As [`user_response`].
pub fn district_response(response: &Response, id: &str) -> Result<District> {
    let json = data(response)?;
    let name = exchange::text(&json, "name").and_then(text::shown);
    Ok(District { id: expected_id(&json, response, id)?, name, json })
}

/// Checks the response of the userinfo endpoint: it must be about `subject`, if that is known (OpenID Connect Core 5.3.2).
///
/// ```
/// use clever_sso::protocol::{Response, userinfo_response};
///
/// let response = Response::new(br#"{"sub":"5fc4"}"#.to_vec());
/// assert_eq!(userinfo_response(&response, Some("5fc4"))?.id, "5fc4");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `userinfo_subject`, and as [`me_response`].
pub fn userinfo_response(response: &Response, subject: Option<&str>) -> Result<UserInfo> {
    let json = exchange::record(response)?;
    let id = exchange::text(&json, "sub")
        .filter(|id| id_token::is_subject(id))
        .ok_or_else(|| exchange::malformed(response, "sub is missing"))?
        .to_owned();
    if subject.is_some_and(|subject| subject != id) {
        return Err(Error::new(ErrorCode::UserinfoSubject));
    }
    Ok(UserInfo { id, json })
}

/// The `data` member, which is an object.
fn data(response: &Response) -> Result<Value> {
    match exchange::record(response)?.get_mut("data") {
        Some(data) if data.is_object() => Ok(data.take()),
        _ => Err(exchange::malformed(response, "data is not an object")),
    }
}

fn id_of(data: &Value, response: &Response) -> Result<String> {
    exchange::text(data, "id")
        .filter(|id| is_id(id))
        .map(str::to_owned)
        .ok_or_else(|| exchange::malformed(response, "data.id is missing, or not a Clever id"))
}

fn expected_id(data: &Value, response: &Response, expected: &str) -> Result<String> {
    let found = id_of(data, response)?;
    if found == expected {
        return Ok(found);
    }
    Err(exchange::malformed(response, "the response is about another id than the request"))
}

fn identifier(record: &Value, name: &str) -> Option<String> {
    exchange::text(record, name).and_then(text::identifier).map(str::to_owned)
}

/// `roles` is an object of objects, keyed by the role. A role that is not an object does not count. Unknown roles are kept.
fn roles(data: &Value) -> Vec<Role> {
    let (mut roles, mut known) = (Vec::new(), HashSet::new());
    for (name, role) in data.get("roles").and_then(Value::as_object).into_iter().flatten() {
        let Some(name) = RoleName::read(name).filter(|_| role.is_object()) else { continue };
        // Clever has two spellings for one role.
        if known.insert(name.clone()) {
            roles.push(Role { name, legacy_id: identifier(role, "legacy_id") });
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> Response {
        http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_person_of_clever_library_has_no_district() {
        let body =
            r#"{"type":"user","data":{"id":"5fc4","type":"user","authorized_by":"teacher"},"links":[]}"#;
        let me = me_response(&response(200, body)).unwrap();
        assert_eq!(
            (me.id.as_str(), me.district_id, me.authorized_by.as_deref()),
            ("5fc4", None, Some("teacher"))
        );
    }

    #[test]
    fn a_record_that_is_not_a_person_signs_no_one_in() {
        for kind in NO_PEOPLE {
            for body in [
                format!(r#"{{"data":{{"id":"5fc4","type":"{kind}"}}}}"#),
                format!(r#"{{"type":"{kind}","data":{{"id":"5fc4"}}}}"#),
                format!(r#"{{"type":"{kind}","data":{{"id":"5fc4","type":"user"}}}}"#),
            ] {
                let error = person_response(&response(200, &body)).unwrap_err();
                assert_eq!(error.code(), ErrorCode::ResponseMalformed, "{body}");
                assert!(error.to_string().contains(kind), "{error}");
                assert_eq!(me_response(&response(200, &body)).unwrap().id, "5fc4");
            }
        }
        for kind in [r#""user""#, r#""teacher""#, r#""bus_driver""#, "null", "5", "[]", r#""""#] {
            let body = format!(r#"{{"type":{kind},"data":{{"id":"5fc4","type":{kind}}}}}"#);
            assert_eq!(person_response(&response(200, &body)).unwrap().id, "5fc4", "{body}");
        }
    }

    #[test]
    fn every_role_is_kept_including_unknown_ones() {
        let body =
            r#"{"data":{"id":"1","roles":{"teacher":{"legacy_id":"9","schools":[]},"bus_driver":{}}}}"#;
        let mut roles = user_response(&response(200, body), "1").unwrap().roles;
        roles.sort_by_key(|role| role.name.as_str().to_owned());
        assert_eq!(roles[0].name, RoleName::Other("bus_driver".to_owned()));
        assert_eq!((roles[1].name.clone(), roles[1].legacy_id.as_deref()), (RoleName::Teacher, Some("9")));
    }

    #[test]
    fn a_role_counts_only_if_it_is_an_object() {
        let names = |roles: &str| {
            let body = format!(r#"{{"data":{{"id":"1","roles":{roles}}}}}"#);
            let roles = user_response(&response(200, &body), "1").unwrap().roles;
            roles.iter().map(|role| role.name.as_str().to_owned()).collect::<Vec<_>>()
        };
        for none in [
            "null",
            "true",
            "\"teacher\"",
            "[\"teacher\"]",
            "[{\"teacher\":{}}]",
            "{\"\":{}}",
            "{\"teacher\\u0000\":{}}",
        ] {
            assert_eq!(names(none), [""; 0], "{none}");
        }
        for odd in ["null", "true", "1", "\"x\"", "[]", "[{}]"] {
            assert_eq!(
                names(&format!(r#"{{"student":{{}},"teacher":{odd},"district_admin":{odd}}}"#)),
                ["student"],
                "{odd}"
            );
        }
        assert_eq!(names(r#"{"teacher":{},"teacher":null,"student":{}}"#), ["student"]);
        assert_eq!(names(r#"{"district admin":{},"district_admin":{}}"#), ["district_admin"]);
    }

    #[test]
    fn an_invalid_record_does_not_stop_a_login_but_a_record_of_someone_else_does() {
        for (status, body) in [
            (404, "<html>"),
            (403, "{}"),
            (200, "null"),
            (200, r#"{"data":[]}"#),
            (200, r#"{"data":{"id":7,"roles":{"teacher":{}}}}"#),
            (200, r#"[{"data":{"id":"1"}}]"#),
            (200, r#"{"data":{"id":"1\u0000"}}"#),
            (200, r#"{"data":{"id":" 1"}}"#),
            (200, r#"{"data":{"id":"1","id":"1"}}"#),
            (200, r#"{"data":"#),
            (200, "<html>"),
            (302, ""),
            (429, ""),
            (500, r#"{"data":{"id":"2"}}"#),
            (502, ""),
        ] {
            assert!(own_user_response(&response(status, body), "1").unwrap().is_none(), "{status} {body}");
        }
        for body in [r#"{"data":{"id":"2"}}"#, r#"{"data":{"id":"2","roles":{"teacher":{}}},"links":[]}"#] {
            let error = own_user_response(&response(200, body), "1").unwrap_err();
            assert_eq!(error.code(), ErrorCode::ResponseMalformed, "{body}");
        }
    }

    #[test]
    fn text_that_only_describes_is_repaired() {
        let body = "\u{feff}{\"data\":{\"id\":\"1\",\"name\":{\"first\":\"Ada \\ud83d\",\"middle\":\"B\\u0000\\n\",\"last\":\"\\n\"},\
            \"email\":\"a\\ud83d@b\",\"district\":\"d\\u0000\",\"age\":1e999}}";
        let user = user_response(&response(200, body), "1").unwrap();
        let name = Name { first: Some("Ada \u{fffd}".into()), middle: Some("B\u{fffd} ".into()), last: None };
        assert_eq!((user.name, user.unverified_email, user.district_id), (name, None, None));
    }

    #[test]
    fn a_missing_id_is_an_error_and_other_missing_data_is_not() {
        let body = r#"{"data":{"id":"1","email":null,"name":"x"}}"#;
        let user = user_response(&response(200, body), "1").unwrap();
        assert!(user.unverified_email.is_none() && user.name == Name::default() && user.roles.is_empty());
        for body in [
            r#"{"data":{}}"#,
            r#"{"data":{"id":7}}"#,
            r#"{"data":{"id":"1","id":"2"}}"#,
            r#"{"data":{"id":"1\u0000"}}"#,
            r#"{"data":{"id":"../1"}}"#,
            r#"{"data":[{"id":"1"}]}"#,
            r#"[{"id":"1"}]"#,
            r#"{"data":null}"#,
            "{}",
        ] {
            assert_eq!(
                me_response(&response(200, body)).unwrap_err().code(),
                ErrorCode::ResponseMalformed,
                "{body}"
            );
        }
    }

    #[test]
    fn a_record_about_someone_else_is_refused() {
        let body = response(200, r#"{"data":{"id":"1","name":{"first":"A"}}}"#);
        let other_user = user_response(&body, "2").unwrap_err().code();
        let other_district = district_response(&body, "2").unwrap_err().code();
        assert_eq!([other_user, other_district], [ErrorCode::ResponseMalformed; 2]);
        assert_eq!(district_response(&body, "1").unwrap().id, "1");
    }

    #[test]
    fn userinfo_about_someone_else_is_refused() {
        let body = r#"{"sub":"1","name":{"first":"A"}}"#;
        assert_eq!(userinfo_response(&response(200, body), Some("1")).unwrap().id, "1");
        assert_eq!(
            userinfo_response(&response(200, body), Some("2")).unwrap_err().code(),
            ErrorCode::UserinfoSubject
        );
        assert_eq!(
            userinfo_response(&response(200, "{}"), None).unwrap_err().code(),
            ErrorCode::ResponseMalformed
        );
    }

    #[test]
    fn an_id_that_would_leave_its_path_is_refused() {
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
