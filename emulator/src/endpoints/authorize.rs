//! The authorization endpoint (RFC 6749 section 3.1) and Instant Login.
//!
//! As at Clever, whatever is wrong with a request is told to the person on a page and never to the app by a
//! redirect, so the emulator cannot be used to send anybody anywhere but to a registered URI. `scope`, `confirmed`,
//! `return_unshared`, `channel` and everything unknown are accepted and ignored; PKCE (RFC 7636) is among them.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::response::Response;

use super::callback;
use crate::apps::App;
use crate::grants::{Access, CodeGrant};
use crate::pages;
use crate::parameters::{Malformed, Parameters};
use crate::random;
use crate::request::Request;
use crate::responses;
use crate::shared::{Shared, locked};
use crate::world::Person;

/// What the app asked for, found right.
struct Authorization<'a> {
    app: &'a App,
    redirect_uri: &'a str,
    response_type: ResponseType,
    state: Option<&'a str>,
    nonce: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ResponseType {
    Code,
    Token,
}

/// What the person reads when the request is wrong.
struct Refusal {
    status: StatusCode,
    reason: String,
}

/// `GET /oauth/authorize`
pub(crate) fn authorize(shared: &Shared, request: &Request) -> Response {
    answer(shared, request, read)
}

/// `GET /oauth/instant-login`: a login that starts at Clever. It arrives with a code at the primary redirection
/// URI, and without a state, whatever else the link says.
pub(crate) fn instant_login(shared: &Shared, request: &Request) -> Response {
    answer(shared, request, read_instant_login)
}

type Reader = for<'a> fn(&'a Shared, &'a Parameters) -> Result<Authorization<'a>, Refusal>;

fn answer(shared: &Shared, request: &Request, read: Reader) -> Response {
    let answer = Parameters::from_form(request.query()).map_err(Refusal::from).and_then(|parameters| {
        let authorization = read(shared, &parameters)?;
        match shared.who(request) {
            Some(person) => Ok(grant(shared, &authorization, person)?),
            None => Ok(sign_in_first(request)),
        }
    });
    answer.unwrap_or_else(Refusal::page)
}

fn read<'a>(shared: &'a Shared, parameters: &'a Parameters) -> Result<Authorization<'a>, Refusal> {
    let app = app(shared, parameters)?;
    let redirect_uri = redirect_uri(app, parameters.get("redirect_uri"))?;
    let response_type = response_type(parameters.get("response_type"))?;
    check_public(app, response_type)?;
    check_district(shared, parameters.get("district_id"))?;
    let (state, nonce) = (parameters.get("state"), parameters.get("nonce"));
    Ok(Authorization { app, redirect_uri, response_type, state, nonce })
}

fn read_instant_login<'a>(
    shared: &'a Shared,
    parameters: &'a Parameters,
) -> Result<Authorization<'a>, Refusal> {
    let app = app(shared, parameters)?;
    let response_type = ResponseType::Code;
    check_public(app, response_type)?;
    check_district(shared, parameters.get("district_id"))?;
    Ok(Authorization {
        app,
        redirect_uri: app.primary_redirect_uri(),
        response_type,
        state: None,
        nonce: None,
    })
}

fn app<'a>(shared: &'a Shared, parameters: &Parameters) -> Result<&'a App, Refusal> {
    let client_id = parameters.get("client_id").ok_or_else(|| Refusal::because("client_id is missing."))?;
    let unknown = || Refusal::because(format!("No app has the client_id {client_id:?}."));
    shared.apps.get(client_id).ok_or_else(unknown)
}

/// One of the app's URIs, compared letter by letter (RFC 6749 section 3.1.2.3); the primary one if none is named.
fn redirect_uri<'a>(app: &'a App, asked: Option<&str>) -> Result<&'a str, Refusal> {
    let Some(asked) = asked else { return Ok(app.primary_redirect_uri()) };
    let unlisted = || {
        let listed = app.redirect_uris().collect::<Vec<_>>().join(", ");
        Refusal::because(format!(
            "The redirect_uri {asked:?} is not one of this app's. They are compared letter by letter: {listed}"
        ))
    };
    app.redirect_uris().find(|listed| *listed == asked).ok_or_else(unlisted)
}

fn response_type(asked: Option<&str>) -> Result<ResponseType, Refusal> {
    match asked {
        Some("code") => Ok(ResponseType::Code),
        Some("token") => Ok(ResponseType::Token),
        other => {
            let other = other.unwrap_or_default();
            Err(Refusal::because(format!("The response_type must be code or token; it is {other:?}.")))
        }
    }
}

fn check_public(app: &App, response_type: ResponseType) -> Result<(), Refusal> {
    if app.is_public() && response_type == ResponseType::Code {
        return Err(Refusal::because("This app has no secret: it can only use response_type=token."));
    }
    Ok(())
}

fn check_district(shared: &Shared, asked: Option<&str>) -> Result<(), Refusal> {
    match asked {
        Some(id) if id != shared.world.district_id() => {
            Err(Refusal::because(format!("No district has the district_id {id:?}.")))
        }
        _ => Ok(()),
    }
}

fn sign_in_first(request: &Request) -> Response {
    let target = request.uri.path_and_query().map_or("/", |target| target.as_str());
    responses::redirect(StatusCode::FOUND, &format!("/login?target={}", callback::escaped(target)))
}

fn grant(
    shared: &Shared,
    authorization: &Authorization<'_>,
    person: Arc<Person>,
) -> Result<Response, Unspecified> {
    let location = match authorization.response_type {
        ResponseType::Code => code_location(shared, authorization, person)?,
        ResponseType::Token => token_location(shared, authorization, person)?,
    };
    Ok(responses::redirect(StatusCode::FOUND, &location))
}

fn code_location(
    shared: &Shared,
    authorization: &Authorization<'_>,
    person: Arc<Person>,
) -> Result<String, Unspecified> {
    let code = random::hex::<20>()?;
    let location = callback::with_code(authorization.redirect_uri, &code, authorization.state);
    let grant = CodeGrant {
        client_id: authorization.app.client_id().to_owned(),
        redirect_uri: authorization.redirect_uri.to_owned(),
        nonce: authorization.nonce.map(str::to_owned),
        person,
    };
    locked(&shared.grants).issue_code(shared.clock.now(), code, grant);
    Ok(location)
}

fn token_location(
    shared: &Shared,
    authorization: &Authorization<'_>,
    person: Arc<Person>,
) -> Result<String, Unspecified> {
    let client_id = authorization.app.client_id().to_owned();
    let token = super::tokens::issue_access_token(shared, Access { client_id, person })?;
    Ok(callback::with_token(authorization.redirect_uri, &token, authorization.state))
}

impl Refusal {
    fn because(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, reason: reason.into() }
    }

    fn page(self) -> Response {
        responses::page(self.status, pages::refusal(&self.reason))
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::because("A parameter of the request is there twice.")
    }
}

impl From<Unspecified> for Refusal {
    fn from(_: Unspecified) -> Self {
        let reason = "The emulator could not make a random value.".to_owned();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, reason }
    }
}
