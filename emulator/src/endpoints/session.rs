//! What the emulator remembers of a browser: who is signed in, and which school was chosen.
//!
//! A session lasts two hours and lives in the emulator's memory; the cookie carries only its random name, a new one at
//! every sign-in. The choice of a school is no secret: its cookie carries the short name.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use crate::http::cookies;
use crate::http::request::Request;
use crate::http::responses;
use crate::keys::custom_claims::CustomClaims;
use crate::memory::grants::{SESSION_LIFETIME, SignIn};
use crate::memory::lock::locked;
use crate::shared::Shared;
use crate::world::{Home, Person, World};

/// A school is remembered for a year.
const CHOICE_LIFETIME: u64 = 365 * 24 * 60 * 60;

/// Whose browser it is: the person of the automatic login, or whoever signed in on the pages.
pub(super) fn person(shared: &Shared, request: &Request) -> Option<Arc<Person>> {
    match &shared.auto_login {
        Some(name) => shared.world().person(name),
        None => shared.signed_in(request),
    }
}

/// Signs `person` in, in the place of whoever was, and sends the browser on.
pub(super) fn start(
    shared: &Shared,
    request: &Request,
    person: Arc<Person>,
    location: &str,
) -> Result<Response, Unspecified> {
    start_with(shared, request, person, None, location)
}

/// The same with claims for the first login of the session.
pub(super) fn start_with(
    shared: &Shared,
    request: &Request,
    person: Arc<Person>,
    claims: CustomClaims,
    location: &str,
) -> Result<Response, Unspecified> {
    let session = shared.random.hex::<20>()?;
    let cookie = cookies::set(&shared.session_cookie, &session, SESSION_LIFETIME);
    forget(shared, request);
    locked(&shared.grants).sign_in(shared.clock.now(), session, SignIn { person, claims });
    Ok(onwards(location, &cookie))
}

/// Signs whoever it is out, and sends the browser on.
pub(super) fn end(shared: &Shared, request: &Request, location: &str) -> Response {
    forget(shared, request);
    onwards(location, &cookies::clear(&shared.session_cookie))
}

/// The home that was chosen in this browser.
pub(super) fn chosen<'a>(shared: &Shared, request: &Request, world: &'a World) -> Option<Home<'a>> {
    world.home(cookies::value(&request.headers, &shared.school_cookie)?)
}

/// Remembers the home, and sends the browser on.
pub(super) fn choose(shared: &Shared, home: Home<'_>, location: &str) -> Response {
    onwards(location, &cookies::set(&shared.school_cookie, home.short_name(), CHOICE_LIFETIME))
}

fn forget(shared: &Shared, request: &Request) {
    if let Some(session) = shared.session(request) {
        locked(&shared.grants).sign_out(shared.clock.now(), session);
    }
}

fn onwards(location: &str, cookie: &str) -> Response {
    responses::with_header(responses::redirect(StatusCode::SEE_OTHER, location), SET_COOKIE, cookie)
}
