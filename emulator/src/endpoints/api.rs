//! Clever's API: the person, with the access token of a login, and a district, with its token.
//!
//! All versions from 1.1 to 3.1. A page of any origin may read every answer. Every answer to a valid token has the rate-limit
//! headers, including the HTML 404. A resource for another kind of token is the same 404 as one that does not exist. Past the
//! limit the answer is an empty 429.
//!
//! - `resource`: the resource of a path, and the versions;
//! - `caller`: which people a token may read;
//! - `me`, `users`, `districts`, `schools`: the answers;
//! - `roles`, `facts`: the data of a person in a role;
//! - `links`: objects with links;
//! - `lines`: what the journal says.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL,
    HeaderName,
};
use axum::http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::bearer::{Bearer, Holder, bearer};
use super::call::{Call, Shared};
use super::not_found::not_found;
use crate::http::answer::Answer;
use crate::keys::custom_claims;
use crate::memory::locked;
use caller::Caller;
use resource::Resource;
pub(crate) use resource::Version;

mod caller;
mod districts;
mod facts;
mod lines;
mod links;
mod me;
mod resource;
mod roles;
mod schools;
mod users;

/// The headers of every answer of the API: pages of any origin may read it, and no cache may store it.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "Content-Type,Authorization,X-Requested-With,Accept,Origin,Referer,User-Agent",
    ),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET,PATCH,POST,DELETE"),
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-powered-by"), "Express"),
];

/// Any request to the API.
pub(crate) fn api(call: &Call) -> Answer {
    let mut answer = match call.request.method {
        Method::OPTIONS => Answer::new(StatusCode::NO_CONTENT, &[], "", lines::PREFLIGHT),
        _ => answer(call),
    };
    for (name, value) in HEADERS {
        answer.headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn answer(call: &Call) -> Answer {
    let resource = Resource::of(call.request.path()).filter(|resource| resource.takes(&call.request.method));
    match (resource, bearer(call)) {
        (None, Err(_)) => not_found(call),
        (Some(_), Err(refusal)) => refusal,
        (resource, Ok(bearer)) => {
            let caller = Caller::new(&call.world, &bearer, call.base_url());
            limited(&call.shared, &bearer, || match resource {
                Some(resource) => told(&resource, &caller, || not_found(call)),
                None => not_found(call),
            })
        }
    }
}

fn told(resource: &Resource<'_>, caller: &Caller<'_>, not_found: impl FnOnce() -> Answer) -> Answer {
    let holder = caller.holder;
    match read(resource, caller) {
        Ok(Some(value)) => Answer::json(StatusCode::OK, &value, lines::told(resource, holder)),
        Ok(None) => {
            let body = json!({ "message": "Resource not found" });
            Answer::json(StatusCode::NOT_FOUND, &body, lines::not_told(resource, holder))
        }
        Err(WrongToken) => not_found().with_line(lines::wrong_token(holder)),
    }
}

/// The answer, if this token is within its rate limit.
fn limited(shared: &Shared, bearer: &Bearer<'_>, answer: impl FnOnce() -> Answer) -> Answer {
    let standing = locked(&shared.rate_limits).count(shared.clock.now(), &bearer.token);
    let mut answer = if standing.exceeded() {
        Answer::new(StatusCode::TOO_MANY_REQUESTS, &[], "", lines::TOO_MANY)
    } else {
        answer()
    };
    standing.write(&mut answer.headers);
    answer
}

/// The resource is for another kind of token.
struct WrongToken;

/// The resource as this caller may see it; nothing, if it does not exist for this caller.
fn read(resource: &Resource<'_>, caller: &Caller<'_>) -> Result<Option<Value>, WrongToken> {
    match (resource, caller.holder) {
        (Resource::Me(version), Holder::Person(person)) => Ok(Some(me::me(*version, person))),
        (Resource::Userinfo, Holder::Person(person)) => {
            Ok(Some(custom_claims::in_userinfo(caller.claims, me::userinfo(person))))
        }
        (Resource::User(version, id), _) => Ok(users::user(caller, *version, id)),
        (Resource::OlderUser(version, user_type, id), _) => {
            Ok(users::older_user(caller, *version, *user_type, id))
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
