//! The resources that the access token of a login opens: `/me`, `/users/{id}`, `/districts/{id}` in versions 3.0
//! and 3.1, and `/userinfo` (OIDC Core 1.0 section 5.3).
//!
//! Only what single sign-on shows, and only about the person who logged in. Every answer to a valid token carries
//! the rate-limit headers, and the 429 has an empty body.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::bearer::bearer;
use crate::request::Request;
use crate::responses;
use crate::shared::{Shared, locked};
use crate::world::{Person, Role, UserType};

/// When everybody was put into the emulator, and last changed.
const CREATED: &str = "2024-08-01T06:00:00.000Z";
const LAST_MODIFIED: &str = "2024-08-15T06:00:00.000Z";

/// `GET /v3.x/me`
pub(crate) fn me(shared: &Shared, request: &Request) -> Response {
    let version = request.segment(0);
    answer(shared, request, |person| {
        let data = json!({ "id": person.id, "type": "user", "authorized_by": person.authorized_by() });
        let canonical = format!("/{version}/users/{}", person.id);
        let mut links = vec![link("self", "/me"), link("canonical", &canonical)];
        let district = person.district_id.as_ref().map(|id| format!("/{version}/districts/{id}"));
        links.extend(district.map(|uri| link("district", &uri)));
        let data = with(data, "district", person.district_id.as_ref());
        Some(json!({ "type": "user", "data": data, "links": links }))
    })
}

/// `GET /v3.x/users/{id}`
pub(crate) fn user(shared: &Shared, request: &Request) -> Response {
    let of_caller = |person: &Person| (person.id == request.segment(2)).then(|| user_data(person));
    answer(shared, request, |person| of_caller(person).map(|data| resource(request, &data)))
}

/// `GET /v3.x/districts/{id}`
pub(crate) fn district(shared: &Shared, request: &Request) -> Response {
    answer(shared, request, |person| {
        let id = person.district_id.as_deref().filter(|id| *id == request.segment(2))?;
        let name = &shared.world().district(id)?.name.clone();
        Some(resource(request, &json!({ "id": id, "name": name })))
    })
}

/// `GET /userinfo` and `POST /userinfo`
pub(crate) fn userinfo(shared: &Shared, request: &Request) -> Response {
    answer(shared, request, |person| {
        let info = json!({
            "sub": person.id,
            "user_id": person.role.legacy_id,
            "multi_role_user_id": person.id,
            "user_type": person.role.user_type.as_str(),
            "name": name(person),
            "schools": person.role.schools,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email_verified": false,
            "authorized_by": person.authorized_by(),
        });
        let info = with(info, "district_id", person.district_id.as_ref());
        let info = with(info, "district", person.district_id.as_ref());
        Some(with(info, "email", person.email.as_ref()))
    })
}

/// The resource as the person of the token may see it, or the reason why there is none.
fn answer(shared: &Shared, request: &Request, resource: impl FnOnce(&Person) -> Option<Value>) -> Response {
    let bearer = match bearer(shared, request) {
        Ok(bearer) => bearer,
        Err(refusal) => return refusal,
    };
    let standing = locked(&shared.rate_limits).count(shared.clock.now(), bearer.token);
    let mut response = match resource(&bearer.access.person) {
        _ if standing.exceeded() => StatusCode::TOO_MANY_REQUESTS.into_response(),
        Some(value) => responses::json(StatusCode::OK, &value),
        None => responses::json(StatusCode::NOT_FOUND, &json!({ "message": "Resource not found" })),
    };
    standing.write(response.headers_mut());
    responses::not_stored(response)
}

fn resource(request: &Request, data: &Value) -> Value {
    json!({ "data": data, "links": [link("self", request.path())] })
}

fn user_data(person: &Person) -> Value {
    let roles: Map<_, _> =
        person.roles().map(|role| (role.user_type.as_str().to_owned(), role_data(role))).collect();
    let data = json!({
        "id": person.id,
        "name": name(person),
        "roles": roles,
        "created": CREATED,
        "last_modified": LAST_MODIFIED,
    });
    let data = with(data, "district", person.district_id.as_ref());
    with(data, "email", person.email.as_ref())
}

fn role_data(role: &Role) -> Value {
    match role.user_type {
        UserType::DistrictAdmin | UserType::Contact => json!({ "legacy_id": role.legacy_id }),
        _ => json!({ "legacy_id": role.legacy_id, "schools": role.schools }),
    }
}

/// Clever's name is an object, also in userinfo, where OIDC would have a string.
fn name(person: &Person) -> Value {
    json!({ "first": person.given_name, "last": person.family_name })
}

/// The object with one more member; whoever has no email or district has no such member.
fn with(mut object: Value, name: &str, text: Option<&String>) -> Value {
    if let (Some(text), Some(members)) = (text, object.as_object_mut()) {
        members.insert(name.into(), text.as_str().into());
    }
    object
}

fn link(rel: &str, uri: &str) -> Value {
    json!({ "rel": rel, "uri": uri })
}
