//! Signing in at the emulator itself, which stands where a district's login page would.
//!
//! A session lasts two hours and lives in the emulator's memory; the cookie carries only its random name. `target`
//! is where the person goes afterwards, and can be nothing but a path of the emulator.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use crate::cookies;
use crate::pages::{self, LoginPage};
use crate::parameters::Parameters;
use crate::request::Request;
use crate::responses;
use crate::shared::{Shared, locked};
use crate::world::Person;

/// `GET /`
pub(crate) fn front_door(_: &Shared, _: &Request) -> Response {
    responses::redirect(StatusCode::SEE_OTHER, "/login")
}

/// `GET /login`
pub(crate) fn show(shared: &Shared, request: &Request) -> Response {
    let parameters = Parameters::from_form(request.query()).unwrap_or_default();
    page(shared, request, StatusCode::OK, &parameters, None)
}

/// `POST /login`
pub(crate) fn sign_in(shared: &Shared, request: &Request) -> Response {
    let parameters = Parameters::from_form(&request.body).unwrap_or_default();
    let username = parameters.get("username").unwrap_or_default();
    let person = shared.world().person(username).filter(|person| person.sign_in_number == username);
    let Some(person) = person.filter(|person| parameters.get("password") == Some(&person.sign_in_number))
    else {
        let message = "Nobody has this user name and password. In the emulator both are the sign-in number.";
        return page(shared, request, StatusCode::UNAUTHORIZED, &parameters, Some(message));
    };
    signed_in(shared, person, target(&parameters).unwrap_or("/login")).unwrap_or_else(|_| {
        let message = "The emulator could not make a random value.";
        page(shared, request, StatusCode::INTERNAL_SERVER_ERROR, &parameters, Some(message))
    })
}

/// Signs this browser in as `person`, and sends it on.
pub(super) fn signed_in(
    shared: &Shared,
    person: Arc<Person>,
    location: &str,
) -> Result<Response, Unspecified> {
    let session = shared.random.hex::<20>()?;
    let cookie = cookies::set(&shared.cookie_name, &session);
    locked(&shared.grants).sign_in(shared.clock.now(), session, person);
    Ok(onwards(location, &cookie))
}

/// `POST /logout`
pub(crate) fn sign_out(shared: &Shared, request: &Request) -> Response {
    if let Some(session) = shared.session(request) {
        locked(&shared.grants).sign_out(shared.clock.now(), session);
    }
    onwards("/login", &cookies::clear(&shared.cookie_name))
}

fn onwards(location: &str, cookie: &str) -> Response {
    responses::with_header(responses::redirect(StatusCode::SEE_OTHER, location), SET_COOKIE, cookie)
}

fn page(
    shared: &Shared,
    request: &Request,
    status: StatusCode,
    parameters: &Parameters,
    message: Option<&str>,
) -> Response {
    let page = LoginPage {
        world: &shared.world(),
        signed_in: shared.signed_in(request),
        target: target(parameters),
        username: parameters.get("username").filter(|_| message.is_some()),
        message,
    };
    responses::page(status, pages::login(&page))
}

fn target(parameters: &Parameters) -> Option<&str> {
    parameters.get("target").filter(|target| is_own_path(target))
}

/// Is this a path of the emulator, and can no browser take it for another host? Two slashes begin a host, browsers
/// read a backslash as a slash, and they drop tabs and line feeds before they look.
fn is_own_path(target: &str) -> bool {
    target.starts_with('/')
        && !target.starts_with("//")
        && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_path_of_the_emulator() {
        for target in ["/", "/login", "/oauth/authorize?redirect_uri=http%3A%2F%2Fa%2F&x=//y"] {
            assert!(is_own_path(target), "{target}");
        }
    }

    #[test]
    fn nothing_else_is_a_target() {
        let hostile = [
            "",
            "x",
            "//evil",
            "/\\evil",
            "/\t/evil",
            "/\n/evil",
            "http://evil",
            "\\\\evil",
            " /x",
            "/é",
            "/a b",
        ];
        for target in hostile {
            assert!(!is_own_path(target), "{target:?}");
        }
    }
}
