//! The identity provider of a district: it stands in the emulator, and takes people at their word.

use axum::http::StatusCode;
use axum::response::Response;

use super::refusal::Refusal;
use super::{login, same_origin, session};
use crate::http::parameters::Parameters;
use crate::http::request::Request;
use crate::http::responses;
use crate::pages::{self, Way};
use crate::shared::Shared;
use crate::world::World;

/// `GET /login/provider`
pub(crate) fn show(shared: &Shared, request: &Request) -> Response {
    let world = shared.world();
    let parameters = Parameters::from_form(request.query()).unwrap_or_default();
    let page = |(way, name)| {
        let page = responses::page(StatusCode::OK, pages::provider(&world, way, name, None));
        responses::explained(page, "the page of the district's identity provider was shown")
    };
    here(&world, &parameters).map_or_else(Refusal::page, page)
}

/// `POST /login/provider`: `username` is who they say they are.
pub(crate) fn sign_in(shared: &Shared, request: &Request) -> Response {
    signed_in(shared, request).unwrap_or_else(Refusal::page)
}

fn signed_in(shared: &Shared, request: &Request) -> Result<Response, Refusal> {
    same_origin::check(shared, request)?;
    let world = shared.world();
    let parameters = Parameters::from_form(&request.body).unwrap_or_default();
    let (way, name) = here(&world, &parameters)?;
    let username = parameters.get("username").unwrap_or_default();
    let person = world.person(username).filter(|person| way.home.is_of(person));
    let Some(person) = person else {
        let page =
            pages::provider(&world, way, name, Some("Nobody here is called so. Pick one of the list."));
        let page = responses::page(StatusCode::UNAUTHORIZED, page);
        return Ok(responses::explained(
            page,
            "the identity provider of the district knows nobody of this name",
        ));
    };
    Ok(session::start(shared, request, person, way.target.unwrap_or("/login"))?)
}

/// The way, and the name of the identity provider on it.
fn here<'a>(world: &'a World, parameters: &'a Parameters) -> Result<(Way<'a>, &'a str), Refusal> {
    let home = login::home(world, parameters)?.ok_or_else(|| Refusal::no_such_login("/login"))?;
    let way = login::way(world, home, parameters);
    let name = home.identity_provider().ok_or_else(|| Refusal::no_such_login(&way.link("/login")))?;
    Ok((way, name))
}
