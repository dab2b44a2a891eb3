//! The authorization endpoint (RFC 6749 section 3.1) and Instant Login.
//!
//! As at Clever, a person sees a page that says what is wrong with a request, or that they have no access to the app. The app
//! learns about missing access only with `return_unshared=true`. `confirmed=false` asks students whether they are still the one
//! who signed in. `scope`, `channel` and everything unknown are accepted and ignored, and so is PKCE (RFC 7636).

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;

use super::call::{Call, Shared};
use super::refusal::Refusal;
use super::visitor::{Visitor, visitor};
use super::{session, target};
use crate::http::answer::Answer;
use crate::http::parameters::Parameters;
use crate::keys::custom_claims::CustomClaims;
use crate::memory::grants::{Access, CodeGrant};
use crate::memory::locked;
use crate::pages::{self, LoginContext};
use crate::world::{Person, UserType, World};
use callback::Beside;
use request::{AuthorizeRequest, ResponseType, read, read_instant_login};

mod callback;
pub(super) mod request;

const SIGN_IN_FIRST: &str =
    "no one is signed in at the emulator: the browser goes to the login page, and then back here";
const FIND_SCHOOL_FIRST: &str = "no one is signed in at the emulator: the browser goes to the school picker, and then to the login \
     page; district_id skips it";
const CONFIRM_FIRST: &str = "confirmed=false: the student is asked to confirm who they are";
const TOLD_OF_NO_ACCESS: &str = "the person has no access to the app: it is told error=unauthorized-user, because \
     return_unshared=true was sent";
const WITH_TOKEN: &str = "the browser goes back to the app with an access token in the fragment: ask tokeninfo whether it \
     was made for the app";
const WITH_CODE: &str = "the browser goes back to the app with a code and the state";
const WITHOUT_STATE: &str = "state missing: the browser goes back to the app with a code and no state, as in a login that \
     started at Clever; a good app leaves the code unused and starts its own login";
const INSTANT_LOGIN: &str = "a login that started at Clever: the code goes to the primary redirect URI without a state; \
     a good app leaves it unused and starts its own login, which the person does not notice";

/// `GET /oauth/authorize`
pub(crate) fn authorize(call: &Call) -> Answer {
    answer(call, read)
}

/// `GET /oauth/instant-login`: a login that starts at Clever. It always arrives at the primary redirect URI with a code and
/// without a state.
pub(crate) fn instant_login(call: &Call) -> Answer {
    answer(call, read_instant_login)
}

/// Where the browser of `person` goes from this request, as if they were signed in and had confirmed who they are; none if a
/// page says why they have no access.
pub(crate) fn location_for(call: &Call, person: Arc<Person>) -> Option<String> {
    let read: Reader = if call.request.path() == "/oauth/instant-login" { read_instant_login } else { read };
    let visitor = Visitor { person, loginas_by_admin: false, on_pages: false, claims: None };
    answer_to(call, read, |_| Ok(Some(visitor))).location().map(str::to_owned)
}

type Reader = for<'a> fn(&'a World, &'a Parameters) -> Result<AuthorizeRequest<'a>, Refusal>;

fn answer(call: &Call, read: Reader) -> Answer {
    answer_to(call, read, |parameters| visitor(call, parameters))
}

fn answer_to(
    call: &Call,
    read: Reader,
    visitor: impl FnOnce(&Parameters) -> Result<Option<Visitor>, Refusal>,
) -> Answer {
    let answer = Parameters::from_form(call.request.query()).map_err(Refusal::from).and_then(|parameters| {
        let asked = read(&call.world, &parameters)?;
        match visitor(&parameters)? {
            None => Ok(sign_in_first(call, &asked)),
            Some(visitor) if !asked.app.admits(&visitor.person) => {
                without_access(call, &asked, &visitor.person)
            }
            Some(visitor) if must_confirm(&asked, &visitor) => {
                Ok(confirmation(call, &asked, &visitor.person))
            }
            Some(visitor) => Ok(grant(call, &asked, visitor)?),
        }
    });
    answer.unwrap_or_else(|refusal| refusal.page(call.request.language()))
}

/// Redirects to the login page of the district in the request, or of the remembered one; without either, to the school picker.
fn sign_in_first(call: &Call, asked: &AuthorizeRequest<'_>) -> Answer {
    let request = &call.request;
    let named = asked.district.map(|district| district.short_name.as_str());
    let (location, line) = if named.is_none() && !asked.starts_at_clever && session::chosen(call).is_none() {
        let query = request.uri.query().unwrap_or_default();
        (format!("{}/oauth/district-picker?{query}", request.prefix), FIND_SCHOOL_FIRST)
    } else {
        (target::login_page(named, &target::here(request)), SIGN_IN_FIRST)
    };
    Answer::redirect(StatusCode::FOUND, &location, line)
}

/// Clever's error page, or Clever's error word at the app if that is what the app asked for.
fn without_access(call: &Call, asked: &AuthorizeRequest<'_>, person: &Person) -> Result<Answer, Refusal> {
    if asked.return_unshared {
        let in_fragment = asked.response_type == ResponseType::Token;
        let error = "unauthorized-user";
        let location = callback::with_error(asked.redirect_uri, error, in_fragment, asked.state);
        return Ok(Answer::redirect(StatusCode::FOUND, &location, asked.with_hints(TOLD_OF_NO_ACCESS)));
    }
    let short_name = call.world.home_of(person).short_name();
    let login_page = target::login_page(Some(short_name), &target::here(&call.request));
    Err(Refusal::no_access(call, asked.app, person, &login_page))
}

/// Only students are asked, and no one if the pages are skipped.
fn must_confirm(asked: &AuthorizeRequest<'_>, visitor: &Visitor) -> bool {
    let user_type = asked.app.in_role(Arc::clone(&visitor.person)).role.user_type;
    asked.to_confirm && visitor.on_pages && user_type == UserType::Student
}

fn confirmation(call: &Call, asked: &AuthorizeRequest<'_>, person: &Person) -> Answer {
    let here = target::here(&call.request);
    let context = LoginContext {
        home: call.world.home_of(person),
        target: Some(&here),
        app: Some(asked.app),
        language: call.request.language(),
    };
    let page = pages::confirmation(person, context, &target::confirmed(&here));
    Answer::page(StatusCode::OK, page, CONFIRM_FIRST)
}

fn grant(call: &Call, asked: &AuthorizeRequest<'_>, visitor: Visitor) -> Result<Answer, Unspecified> {
    let shared = &call.shared;
    let Visitor { person, loginas_by_admin, on_pages, claims } = visitor;
    let session = session::id(call).filter(|_| on_pages);
    let of_session =
        session.and_then(|session| locked(&shared.grants).take_claims(shared.clock.now(), session));
    let claims = claims.or(of_session);
    let beside = Beside { state: asked.state, loginas_by_admin };
    let (location, line) = match asked.response_type {
        ResponseType::Code => {
            let code = issue_code(shared, asked, person, claims)?;
            let line = match asked.state {
                _ if asked.starts_at_clever => INSTANT_LOGIN,
                Some(_) => WITH_CODE,
                None => WITHOUT_STATE,
            };
            (callback::with_code(asked.redirect_uri, &code, beside), line)
        }
        ResponseType::Token => {
            let client_id = asked.app.client_id().to_owned();
            let token = super::tokens::issue_access_token(shared, Access { client_id, person, claims })?;
            (callback::with_token(asked.redirect_uri, &token, beside), WITH_TOKEN)
        }
    };
    Ok(Answer::redirect(StatusCode::FOUND, &location, asked.with_hints(line)))
}

fn issue_code(
    shared: &Shared,
    asked: &AuthorizeRequest<'_>,
    person: Arc<Person>,
    claims: CustomClaims,
) -> Result<String, Unspecified> {
    let grant = CodeGrant {
        client_id: asked.app.client_id().to_owned(),
        redirect_uri: asked.redirect_uri.to_owned(),
        nonce: asked.nonce.map(str::to_owned),
        person,
        claims,
    };
    store_code(shared, grant)
}

/// A new code for `grant`.
pub(super) fn store_code(shared: &Shared, grant: CodeGrant) -> Result<String, Unspecified> {
    let code = shared.random.hex::<20>()?;
    locked(&shared.grants).issue_code(shared.clock.now(), code.clone(), grant);
    Ok(code)
}
