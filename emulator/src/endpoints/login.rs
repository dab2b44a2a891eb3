//! Signing in and out: the login page of each district, and of Clever Library.
//!
//! `portal` names the home by its short name; `target` is where the person goes afterwards. A form with a `portal` is that
//! of a login page, which takes its own people only; without one, as developers and scripts send it, it takes everybody.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::refusal::Refusal;
use super::{district_picker, portal, same_origin, session, target};
use crate::pages::{self, LoginPage, SentClaims, Way};
use crate::parameters::Parameters;
use crate::request::Request;
use crate::responses;
use crate::shared::Shared;
use crate::world::{Home, LoginMethod, Person, World};

/// Where a sign-in leads that has no target: to the portal.
const PORTAL: &str = "/login";
/// For the journal.
pub(super) const WRONG_PASSWORD: &str =
    "nobody has this user name and password, or nobody of this district: both are the sign-in number";

/// `GET /`
pub(crate) fn front_door(_: &Shared, _: &Request) -> Response {
    responses::redirect(StatusCode::SEE_OTHER, "/login")
}

/// `GET /login`: the portal of whoever is signed in, the login page of the home that is known, or the question which it is.
pub(crate) fn show(shared: &Shared, request: &Request) -> Response {
    shown(shared, request).unwrap_or_else(Refusal::page)
}

fn shown(shared: &Shared, request: &Request) -> Result<Response, Refusal> {
    let world = shared.world();
    let parameters = Parameters::from_form(request.query()).unwrap_or_default();
    if parameters.get("choose") == Some("true") {
        return Ok(district_picker::anywhere(&world, &parameters, StatusCode::OK, None));
    }
    let named = home(&world, &parameters)?;
    if let Some(person) = session::person(shared, request)
        && named.is_none_or(|named| named.is_of(&person))
    {
        return Ok(match target::of(&parameters) {
            Some(target) => responses::redirect(StatusCode::SEE_OTHER, target),
            None => portal::page(shared, request, &world, &person),
        });
    }
    match named.or_else(|| session::chosen(shared, request, &world)) {
        Some(home) => Ok(at_home(shared, request, &way(&world, home, &parameters))),
        None => Ok(district_picker::anywhere(&world, &parameters, StatusCode::OK, None)),
    }
}

/// The login page of a home.
pub(super) fn at_home(shared: &Shared, request: &Request, way: &Way<'_>) -> Response {
    page(shared, request, StatusCode::OK, way, None, None)
}

/// The login page again, with what was wrong with the form for claims.
pub(super) fn wrong_claims(
    shared: &Shared,
    request: &Request,
    way: &Way<'_>,
    sent: SentClaims<'_>,
    (message, why): (&str, &'static str),
) -> Response {
    let world = shared.world();
    let signed_in = session::person(shared, request);
    let message = Some(message);
    let page = LoginPage { world: &world, way: *way, signed_in, username: None, message, claims: Some(sent) };
    responses::explained(responses::page(StatusCode::BAD_REQUEST, pages::login(&page)), why)
}

/// `POST /login`
pub(crate) fn sign_in(shared: &Shared, request: &Request) -> Response {
    signed_in(shared, request).unwrap_or_else(Refusal::page)
}

fn signed_in(shared: &Shared, request: &Request) -> Result<Response, Refusal> {
    same_origin::check(shared, request)?;
    let world = shared.world();
    let parameters = Parameters::from_form(&request.body).unwrap_or_default();
    let home = home(&world, &parameters)?;
    if let Some(person) = with_password(&world, &parameters)
        && home.is_none_or(|home| home.is_of(&person) && home.takes(LoginMethod::Password))
    {
        return Ok(session::start(shared, request, person, target::of(&parameters).unwrap_or(PORTAL))?);
    }
    Ok(wrong_password(shared, request, &world, home, &parameters))
}

fn wrong_password(
    shared: &Shared,
    request: &Request,
    world: &World,
    home: Option<Home<'_>>,
    parameters: &Parameters,
) -> Response {
    let place = home.map(|home| format!(" at {}", home.name())).unwrap_or_default();
    let message = format!(
        "That did not work: nobody{place} has this user name and password. In the emulator both are the sign-in number."
    );
    let (status, message) = (StatusCode::UNAUTHORIZED, Some(message.as_str()));
    let Some(home) = home else { return district_picker::anywhere(world, parameters, status, message) };
    page(shared, request, status, &way(world, home, parameters), parameters.get("username"), message)
}

fn with_password(world: &World, parameters: &Parameters) -> Option<Arc<Person>> {
    let username = parameters.get("username")?;
    let person = world.person(username).filter(|person| person.sign_in_number == username)?;
    (parameters.get("password") == Some(&person.sign_in_number)).then_some(person)
}

/// `POST /logout`
pub(crate) fn sign_out(shared: &Shared, request: &Request) -> Response {
    if let Err(refusal) = same_origin::check(shared, request) {
        return refusal.page();
    }
    let parameters = Parameters::from_form(&request.body).unwrap_or_default();
    session::end(shared, request, target::of(&parameters).unwrap_or("/login"))
}

/// The home a request names.
pub(super) fn home<'a>(world: &'a World, parameters: &Parameters) -> Result<Option<Home<'a>>, Refusal> {
    let Some(short_name) = parameters.get("portal") else { return Ok(None) };
    world.home(short_name).map(Some).ok_or_else(|| Refusal::no_school(short_name))
}

/// The way through this home to the target of the request.
pub(super) fn way<'a>(world: &'a World, home: Home<'a>, parameters: &'a Parameters) -> Way<'a> {
    let target = target::of(parameters);
    Way { home, target, app: target::app(world, target) }
}

fn page(
    shared: &Shared,
    request: &Request,
    status: StatusCode,
    way: &Way<'_>,
    username: Option<&str>,
    message: Option<&str>,
) -> Response {
    let world = shared.world();
    let signed_in = session::person(shared, request);
    let page = LoginPage { world: &world, way: *way, signed_in, username, message, claims: None };
    let why = if message.is_some() { WRONG_PASSWORD } else { "the login page was shown" };
    responses::explained(responses::page(status, pages::login(&page)), why)
}
