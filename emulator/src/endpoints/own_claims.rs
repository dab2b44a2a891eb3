//! Signing in with claims of one's own, for one login: a form on the login page, for developers.

use axum::response::Response;

use super::refusal::Refusal;
use super::{login, same_origin, session};
use crate::own_claims;
use crate::pages::SentClaims;
use crate::parameters::Parameters;
use crate::request::Request;
use crate::shared::Shared;

/// `POST /login/claims`: `person` is who signs in, `claims` a JSON object.
pub(crate) fn sign_in(shared: &Shared, request: &Request) -> Response {
    signed_in(shared, request).unwrap_or_else(Refusal::page)
}

fn signed_in(shared: &Shared, request: &Request) -> Result<Response, Refusal> {
    same_origin::check(shared, request)?;
    let world = shared.world();
    let parameters = Parameters::from_form(&request.body).unwrap_or_default();
    let home = login::home(&world, &parameters)?.ok_or_else(|| Refusal::no_such_login("/login"))?;
    let way = login::way(&world, home, &parameters);
    let claims = parameters.get("claims").unwrap_or_default();
    let person = parameters.get("person").unwrap_or_default();
    let sent = SentClaims { person, text: claims };
    let named = world.person(person);
    let Some(person) = named.filter(|person| home.is_of(person)) else {
        return Ok(login::wrong_claims(shared, request, &way, sent, NOBODY));
    };
    match own_claims::read(claims) {
        Ok(own) => Ok(session::start_with(shared, request, person, own, way.target.unwrap_or("/login"))?),
        Err(message) => Ok(login::wrong_claims(shared, request, &way, sent, (message, NO_OBJECT))),
    }
}

/// What the page says, and the journal.
const NOBODY: (&str, &str) =
    ("Nobody here has this name. Pick a person from the list.", "nobody of this district has this name");
const NO_OBJECT: &str = "the claims for one login are not a JSON object";
