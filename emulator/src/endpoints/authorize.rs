//! The authorization endpoint (RFC 6749 section 3.1) and Instant Login.
//!
//! As at Clever, whatever is wrong with a request is told to the person on a page, and so is that somebody has no access
//! to the app; only with `return_unshared=true` the app learns of the latter. `scope`, `confirmed`, `channel` and
//! everything unknown are accepted and ignored; PKCE (RFC 7636) is among them.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::response::Response;

use super::callback::{self, Beside};
use super::refusal::Refusal;
use super::visitor::{Visitor, visitor};
use crate::apps::App;
use crate::grants::{Access, CodeGrant};
use crate::parameters::Parameters;
use crate::redirect_uri;
use crate::request::Request;
use crate::responses;
use crate::shared::{Shared, locked};
use crate::world::{Person, World};

/// What the app asked for, found right.
struct Authorization<'a> {
    app: &'a App,
    redirect_uri: &'a str,
    response_type: ResponseType,
    state: Option<&'a str>,
    nonce: Option<&'a str>,
    return_unshared: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ResponseType {
    Code,
    Token,
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

type Reader = for<'a> fn(&'a World, &'a Parameters) -> Result<Authorization<'a>, Refusal>;

fn answer(shared: &Shared, request: &Request, read: Reader) -> Response {
    let world = shared.world();
    let answer = Parameters::from_form(request.query()).map_err(Refusal::from).and_then(|parameters| {
        let authorization = read(&world, &parameters)?;
        match visitor(shared, request, &parameters)? {
            Some(visitor) if authorization.app.admits(&visitor.person) => {
                Ok(grant(shared, &authorization, visitor)?)
            }
            Some(visitor) => without_access(&authorization, &visitor.person),
            None => Ok(sign_in_first(request)),
        }
    });
    answer.unwrap_or_else(Refusal::page)
}

fn read<'a>(world: &'a World, parameters: &'a Parameters) -> Result<Authorization<'a>, Refusal> {
    let app = app(world, parameters)?;
    let redirect_uri = redirect_uri(app, parameters.get("redirect_uri"))?;
    let response_type = response_type(parameters.get("response_type"))?;
    check_public(app, response_type)?;
    check_district(world, parameters.get("district_id"))?;
    let (state, nonce) = (parameters.get("state"), parameters.get("nonce"));
    let return_unshared = parameters.get("return_unshared") == Some("true");
    Ok(Authorization { app, redirect_uri, response_type, state, nonce, return_unshared })
}

fn read_instant_login<'a>(
    world: &'a World,
    parameters: &'a Parameters,
) -> Result<Authorization<'a>, Refusal> {
    let app = app(world, parameters)?;
    let response_type = ResponseType::Code;
    check_public(app, response_type)?;
    check_district(world, parameters.get("district_id"))?;
    Ok(Authorization {
        app,
        redirect_uri: app.primary_redirect_uri(),
        response_type,
        state: None,
        nonce: None,
        return_unshared: false,
    })
}

fn app<'a>(world: &'a World, parameters: &Parameters) -> Result<&'a App, Refusal> {
    let client_id = parameters.get("client_id").ok_or_else(|| {
        Refusal::because("client_id is missing.")
            .noted("client_id is missing: the person sees a page that says so")
    })?;
    let unknown = || {
        Refusal::because(format!("No app has the client_id {client_id:?}.")).noted(
            "no app has this client_id: the desk lists those there are; the person sees a page that says so",
        )
    };
    world.app(client_id).ok_or_else(unknown)
}

/// One of the app's URIs, compared letter by letter (RFC 6749 section 3.1.2.3); the primary one if none is named.
fn redirect_uri<'a>(app: &'a App, asked: Option<&str>) -> Result<&'a str, Refusal> {
    let Some(asked) = asked else { return Ok(app.primary_redirect_uri()) };
    let unlisted = || {
        let listed = app.redirect_uris().collect::<Vec<_>>().join(", ");
        Refusal::because(format!(
            "The redirect_uri {asked:?} is not one of this app's. They are compared letter by letter: {listed}"
        ))
        .noted(unlisted_redirect_uri(app, asked))
    };
    app.redirect_uris().find(|listed| *listed == asked).ok_or_else(unlisted)
}

fn unlisted_redirect_uri(app: &App, asked: &str) -> String {
    let difference = match app.redirect_uris().collect::<Vec<_>>()[..] {
        [only] => redirect_uri::difference(only, asked),
        _ => "they are compared letter by letter",
    };
    let listed = app.redirect_uris().collect::<Vec<_>>().join(", ");
    format!(
        "redirect_uri is not one of the app's ({listed}): {difference}; the person sees a page that says so"
    )
}

fn response_type(asked: Option<&str>) -> Result<ResponseType, Refusal> {
    match asked {
        Some("code") => Ok(ResponseType::Code),
        Some("token") => Ok(ResponseType::Token),
        other => {
            let other = other.unwrap_or_default();
            Err(Refusal::because(format!("The response_type must be code or token; it is {other:?}."))
                .noted("response_type must be code or token: the person sees a page that says so"))
        }
    }
}

fn check_public(app: &App, response_type: ResponseType) -> Result<(), Refusal> {
    if app.is_public() && response_type == ResponseType::Code {
        return Err(Refusal::because("This app has no secret: it can only use response_type=token.").noted(
            "the app has no secret, so it gets no code: send response_type=token; the person sees a page",
        ));
    }
    Ok(())
}

fn check_district(world: &World, asked: Option<&str>) -> Result<(), Refusal> {
    match asked {
        Some(id) if world.district(id).is_none() => {
            Err(Refusal::because(format!("No district has the district_id {id:?}."))
                .noted("no district has this district_id: the person sees a page that says so"))
        }
        _ => Ok(()),
    }
}

fn sign_in_first(request: &Request) -> Response {
    let target = request.uri.path_and_query().map_or("/", |target| target.as_str());
    let target = format!("{}{target}", request.prefix());
    responses::redirect(StatusCode::FOUND, &format!("/login?target={}", callback::escaped(&target)))
}

/// Clever's error page, or Clever's error word at the app if that is what the app asked for.
fn without_access(authorization: &Authorization<'_>, person: &Person) -> Result<Response, Refusal> {
    if authorization.return_unshared {
        let in_fragment = authorization.response_type == ResponseType::Token;
        let error = "unauthorized-user";
        let Authorization { redirect_uri, state, .. } = authorization;
        let location = callback::with_error(redirect_uri, error, in_fragment, *state);
        return Ok(responses::redirect(StatusCode::FOUND, &location));
    }
    Err(Refusal::no_access(authorization.app, person))
}

fn grant(
    shared: &Shared,
    authorization: &Authorization<'_>,
    visitor: Visitor,
) -> Result<Response, Unspecified> {
    let Visitor { person, loginas_by_admin } = visitor;
    let beside = Beside { state: authorization.state, loginas_by_admin };
    let redirect_uri = authorization.redirect_uri;
    let location = match authorization.response_type {
        ResponseType::Code => {
            callback::with_code(redirect_uri, &issue_code(shared, authorization, person)?, beside)
        }
        ResponseType::Token => {
            let client_id = authorization.app.client_id().to_owned();
            let token = super::tokens::issue_access_token(shared, Access { client_id, person })?;
            callback::with_token(redirect_uri, &token, beside)
        }
    };
    Ok(responses::redirect(StatusCode::FOUND, &location))
}

fn issue_code(
    shared: &Shared,
    authorization: &Authorization<'_>,
    person: Arc<Person>,
) -> Result<String, Unspecified> {
    let grant = CodeGrant {
        client_id: authorization.app.client_id().to_owned(),
        redirect_uri: authorization.redirect_uri.to_owned(),
        nonce: authorization.nonce.map(str::to_owned),
        person,
    };
    store_code(shared, grant)
}

/// A new code that stands for `grant`.
pub(super) fn store_code(shared: &Shared, grant: CodeGrant) -> Result<String, Unspecified> {
    let code = shared.random.hex::<20>()?;
    locked(&shared.grants).issue_code(shared.clock.now(), code.clone(), grant);
    Ok(code)
}
