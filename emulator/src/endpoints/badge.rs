//! Signing in with a badge.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::refusal::Refusal;
use super::{login, same_origin, session};
use crate::http::parameters::Parameters;
use crate::http::request::Request;
use crate::http::responses;
use crate::pages::{self, Way};
use crate::shared::Shared;
use crate::world::{LoginMethod, World};

/// `GET /login/badge`
pub(crate) fn show(shared: &Shared, request: &Request) -> Response {
    let world = shared.world();
    let parameters = Parameters::from_form(request.query()).unwrap_or_default();
    let page = |way| {
        let page = responses::page(StatusCode::OK, pages::badge(&world, way, None));
        responses::explained(page, "the page for badges was shown")
    };
    here(&world, &parameters).map_or_else(Refusal::page, page)
}

/// `POST /login/badge`: `code` is what stands on the badge.
pub(crate) fn sign_in(shared: &Shared, request: &Request) -> Response {
    signed_in(shared, request).unwrap_or_else(Refusal::page)
}

fn signed_in(shared: &Shared, request: &Request) -> Result<Response, Refusal> {
    same_origin::check(shared, request)?;
    let world = shared.world();
    let parameters = Parameters::from_form(&request.body).unwrap_or_default();
    let way = here(&world, &parameters)?;
    let person = world.person_with_badge(parameters.get("code").unwrap_or_default());
    let Some(person) = person.filter(|person| way.home.is_of(person)) else {
        let message = format!("That did not work: nobody at {} has a badge with this code.", way.home.name());
        let page = pages::badge(&world, way, Some(&message));
        let page = responses::page(StatusCode::UNAUTHORIZED, page);
        return Ok(responses::explained(page, "nobody of this district has a badge with this code"));
    };
    Ok(session::start(shared, request, Arc::clone(person), way.target.unwrap_or("/login"))?)
}

fn here<'a>(world: &'a World, parameters: &'a Parameters) -> Result<Way<'a>, Refusal> {
    let home = login::home(world, parameters)?.ok_or_else(|| Refusal::no_such_login("/login"))?;
    let way = login::way(world, home, parameters);
    if home.takes(LoginMethod::Badge) { Ok(way) } else { Err(Refusal::no_such_login(&way.link("/login"))) }
}
