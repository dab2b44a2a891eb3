//! The identity provider of a district: a page of the emulator that asks for no password.

use axum::http::StatusCode;

use super::page;
use crate::endpoints::call::Call;
use crate::endpoints::refusal::Refusal;
use crate::endpoints::{same_origin, session};
use crate::http::answer::Answer;
use crate::http::parameters::Parameters;
use crate::pages::{self, LoginContext};

const SHOWN: &str = "the page of the district's identity provider was shown";
const SIGNED_IN: &str = "a person signed in at the identity provider of the district";
const NO_PERSON: &str = "the identity provider of the district knows no person with this name";

/// `GET /login/provider`
pub(crate) fn show(call: &Call) -> Answer {
    let world = &call.world;
    let parameters = Parameters::from_form(call.request.query()).unwrap_or_default();
    let page =
        |(context, name)| Answer::page(StatusCode::OK, pages::provider(world, context, name, None), SHOWN);
    here(call, &parameters).map_or_else(|refusal| refusal.page(call.request.language()), page)
}

/// `POST /login/provider`: `username` is the person to sign in; there is no password.
pub(crate) fn sign_in(call: &Call) -> Answer {
    signed_in(call).unwrap_or_else(|refusal| refusal.page(call.request.language()))
}

fn signed_in(call: &Call) -> Result<Answer, Refusal> {
    let parameters = same_origin::form(call)?;
    let world = &call.world;
    let (context, name) = here(call, &parameters)?;
    let username = parameters.get("username").unwrap_or_default();
    let person = world.person(username).filter(|person| context.home.is_of(person));
    let Some(person) = person else {
        let message = call.request.language().say(
            "No one here has this name. Pick a person from the list.",
            "Aquí nadie se llama así. Elige a una persona de la lista.",
        );
        let page = pages::provider(world, context, name, Some(message));
        return Ok(Answer::page(StatusCode::UNAUTHORIZED, page, NO_PERSON));
    };
    Ok(session::start(call, person, context.target.unwrap_or("/login"), SIGNED_IN)?)
}

/// The home, and the name of its identity provider.
fn here<'a>(call: &'a Call, parameters: &'a Parameters) -> Result<(LoginContext<'a>, &'a str), Refusal> {
    let context = page::required(call, parameters)?;
    let name =
        context.home.identity_provider().ok_or_else(|| Refusal::no_such_login(&context.link("/login")))?;
    Ok((context, name))
}
