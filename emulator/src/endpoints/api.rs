//! Clever's API: who logged in, with the access token of a login, and a district, with its token.
//!
//! All versions from 1.1 to 3.1. Every answer may be read by a page of another origin, and every answer to a valid token
//! carries the rate-limit headers, the HTML 404 too. What is not for this kind of token is the same 404 as what is not
//! there at all; past the limit the answer is an empty 429.
//!
//! - `version`, `resource`: what a path asks for;
//! - `caller`: whom a token may read;
//! - `me`, `userinfo`, `users`, `older_users`, `districts`, `schools`: the answers, of which `users` is for version 3;
//! - `roles`, `facts`: what is told of somebody in a role;
//! - `links`, `headers`: what stands around it;
//! - `lines`: what the journal says of it.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::bearer::{Bearer, Holder, bearer};
use super::not_found;
use crate::http::request::Request;
use crate::http::responses;
use crate::keys::custom_claims;
use crate::memory::lock::locked;
use crate::shared::Shared;
use caller::Caller;
use resource::Resource;
pub(crate) use version::Version;

mod caller;
mod districts;
mod facts;
mod headers;
mod lines;
mod links;
mod me;
mod older_users;
mod resource;
mod roles;
mod schools;
mod userinfo;
mod users;
mod version;

/// Whatever is asked of the API.
pub(crate) fn api(shared: &Shared, request: &Request) -> Response {
    let response = match request.method {
        Method::OPTIONS => responses::explained(StatusCode::NO_CONTENT.into_response(), lines::PREFLIGHT),
        _ => answer(shared, request),
    };
    headers::written(response)
}

fn answer(shared: &Shared, request: &Request) -> Response {
    let world = shared.world();
    let resource = Resource::of(request.path()).filter(|resource| resource.takes(&request.method));
    match (resource, bearer(shared, &world, request)) {
        (None, Err(_)) => not_found(shared, request),
        (Some(_), Err(refusal)) => refusal,
        (resource, Ok(bearer)) => {
            let caller = Caller::new(&world, &bearer, request.base_url(shared));
            limited(shared, &bearer, || match resource {
                Some(resource) => told(&resource, &caller, || not_found(shared, request)),
                None => not_found(shared, request),
            })
        }
    }
}

fn told(resource: &Resource<'_>, caller: &Caller<'_>, not_found: impl FnOnce() -> Response) -> Response {
    let holder = caller.holder;
    match read(resource, caller) {
        Ok(Some(value)) => {
            responses::explained(responses::json(StatusCode::OK, &value), lines::told(resource, holder))
        }
        Ok(None) => {
            let body = json!({ "message": "Resource not found" });
            let answer = responses::json(StatusCode::NOT_FOUND, &body);
            responses::explained(answer, lines::not_told(resource, holder))
        }
        Err(WrongToken) => responses::explained(not_found(), lines::wrong_token(holder)),
    }
}

/// The answer, if this token has not asked too often.
fn limited(shared: &Shared, bearer: &Bearer<'_>, answer: impl FnOnce() -> Response) -> Response {
    let standing = locked(&shared.rate_limits).count(shared.clock.now(), &bearer.token);
    let mut response =
        if standing.exceeded() { StatusCode::TOO_MANY_REQUESTS.into_response() } else { answer() };
    standing.write(response.headers_mut());
    response
}

/// The resource is for another kind of token.
struct WrongToken;

/// The resource as this caller may see it; nothing, if it is not there for this caller.
fn read(resource: &Resource<'_>, caller: &Caller<'_>) -> Result<Option<Value>, WrongToken> {
    match (resource, caller.holder) {
        (Resource::Me(version), Holder::Person(person)) => Ok(Some(me::me(*version, person))),
        (Resource::Userinfo, Holder::Person(person)) => {
            Ok(Some(custom_claims::in_userinfo(caller.claims, userinfo::userinfo(person))))
        }
        (Resource::User(version, id), _) => Ok(users::user(caller, *version, id)),
        (Resource::OlderUser(version, user_type, id), _) => {
            Ok(older_users::user(caller, *version, *user_type, id))
        }
        (Resource::District(version, id), _) => Ok(districts::district(caller, *version, id)),
        (Resource::School(version, id), _) => Ok(schools::school(caller, *version, id)),
        (Resource::PartOfUser(version, id, part), Holder::District(_)) => {
            Ok(users::part(caller, *version, id, *part))
        }
        (Resource::Districts(version), Holder::District(_)) => Ok(Some(districts::all(caller, *version))),
        (Resource::Schools(version), Holder::District(_)) => Ok(Some(schools::all(caller, *version))),
        _ => Err(WrongToken),
    }
}
