//! The authorization endpoint (RFC 6749 section 3.1) and Instant Login.
//!
//! As at Clever, whatever is wrong with a request is told to the person on a page, and so is that somebody has no access
//! to the app; only with `return_unshared=true` the app learns of the latter. `confirmed=false` asks students whether they
//! are still the one who signed in. `scope`, `channel` and everything unknown are accepted and ignored; PKCE (RFC 7636) is
//! among them.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::response::Response;

use super::refusal::Refusal;
use super::visitor::{Visitor, visitor};
use super::{session, target};
use crate::http::parameters::Parameters;
use crate::http::request::Request;
use crate::http::responses;
use crate::keys::custom_claims::CustomClaims;
use crate::memory::grants::{Access, CodeGrant};
use crate::memory::lock::locked;
use crate::pages::{self, Way};
use crate::shared::Shared;
use crate::world::{Person, UserType, World};
use callback::Beside;
use request::{Authorization, ResponseType, read, read_instant_login};

pub(crate) mod callback;
pub(super) mod request;

/// `GET /oauth/authorize`
pub(crate) fn authorize(shared: &Shared, request: &Request) -> Response {
    answer(shared, request, read)
}

/// `GET /oauth/instant-login`: a login that starts at Clever. It arrives with a code at the primary redirection
/// URI, and without a state, whatever else the link says.
pub(crate) fn instant_login(shared: &Shared, request: &Request) -> Response {
    answer(shared, request, read_instant_login)
}

type Reader = for<'a> fn(&'a World, &'a Parameters) -> Result<Authorization<'a>, Refusal>;

fn answer(shared: &Shared, request: &Request, read: Reader) -> Response {
    let world = shared.world();
    let answer = Parameters::from_form(request.query()).map_err(Refusal::from).and_then(|parameters| {
        let authorization = read(&world, &parameters)?;
        match visitor(shared, request, &parameters)? {
            None => Ok(sign_in_first(shared, request, &world, &authorization)),
            Some(visitor) if !authorization.app.admits(&visitor.person) => {
                without_access(&world, request, &authorization, &visitor.person)
            }
            Some(visitor) if must_confirm(&authorization, &visitor) => {
                Ok(confirmation(request, &world, &authorization, &visitor.person))
            }
            Some(visitor) => Ok(grant(shared, request, &authorization, visitor)?),
        }
    });
    answer.unwrap_or_else(Refusal::page)
}

/// To the login page of the district that is named or was chosen before; if there is none, to the school picker.
fn sign_in_first(
    shared: &Shared,
    request: &Request,
    world: &World,
    authorization: &Authorization<'_>,
) -> Response {
    let here = target::here(request);
    let named = authorization.district.map(|district| district.short_name.as_str());
    let location =
        if named.is_none() && authorization.has_picker && session::chosen(shared, request, world).is_none() {
            let query = request.uri.query().unwrap_or_default();
            format!("{}/oauth/district-picker?{query}", request.prefix())
        } else {
            target::login_page(named, &here)
        };
    responses::redirect(StatusCode::FOUND, &location)
}

/// Clever's error page, or Clever's error word at the app if that is what the app asked for.
fn without_access(
    world: &World,
    request: &Request,
    authorization: &Authorization<'_>,
    person: &Person,
) -> Result<Response, Refusal> {
    if authorization.return_unshared {
        let in_fragment = authorization.response_type == ResponseType::Token;
        let error = "unauthorized-user";
        let Authorization { redirect_uri, state, .. } = authorization;
        let location = callback::with_error(redirect_uri, error, in_fragment, *state);
        return Ok(responses::redirect(StatusCode::FOUND, &location));
    }
    let short_name = world.home_of(person).short_name();
    let login_page = target::login_page(Some(short_name), &target::here(request));
    Err(Refusal::no_access(world, authorization.app, person, &login_page))
}

/// Students only are asked, and nobody where the pages are skipped.
fn must_confirm(authorization: &Authorization<'_>, visitor: &Visitor) -> bool {
    let user_type = authorization.app.in_role(Arc::clone(&visitor.person)).role.user_type;
    authorization.to_confirm && visitor.on_pages && user_type == UserType::Student
}

fn confirmation(
    request: &Request,
    world: &World,
    authorization: &Authorization<'_>,
    person: &Person,
) -> Response {
    let here = target::here(request);
    let way = Way { home: world.home_of(person), target: Some(&here), app: Some(authorization.app) };
    let page = responses::page(StatusCode::OK, pages::confirmation(person, way, &target::confirmed(&here)));
    responses::explained(
        page,
        "confirmed=false: the student is asked whether they are still the one who signed in",
    )
}

fn grant(
    shared: &Shared,
    request: &Request,
    authorization: &Authorization<'_>,
    visitor: Visitor,
) -> Result<Response, Unspecified> {
    let Visitor { person, loginas_by_admin, on_pages, claims } = visitor;
    let session = shared.session(request).filter(|_| on_pages);
    let of_session =
        session.and_then(|session| locked(&shared.grants).take_claims(shared.clock.now(), session));
    let claims = claims.or(of_session);
    let beside = Beside { state: authorization.state, loginas_by_admin };
    let redirect_uri = authorization.redirect_uri;
    let location = match authorization.response_type {
        ResponseType::Code => {
            callback::with_code(redirect_uri, &issue_code(shared, authorization, person, claims)?, beside)
        }
        ResponseType::Token => {
            let client_id = authorization.app.client_id().to_owned();
            let token = super::tokens::issue_access_token(shared, Access { client_id, person, claims })?;
            callback::with_token(redirect_uri, &token, beside)
        }
    };
    Ok(responses::redirect(StatusCode::FOUND, &location))
}

fn issue_code(
    shared: &Shared,
    authorization: &Authorization<'_>,
    person: Arc<Person>,
    claims: CustomClaims,
) -> Result<String, Unspecified> {
    let grant = CodeGrant {
        client_id: authorization.app.client_id().to_owned(),
        redirect_uri: authorization.redirect_uri.to_owned(),
        nonce: authorization.nonce.map(str::to_owned),
        person,
        claims,
    };
    store_code(shared, grant)
}

/// A new code that stands for `grant`.
pub(super) fn store_code(shared: &Shared, grant: CodeGrant) -> Result<String, Unspecified> {
    let code = shared.random.hex::<20>()?;
    locked(&shared.grants).issue_code(shared.clock.now(), code.clone(), grant);
    Ok(code)
}
