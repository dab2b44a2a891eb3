//! Signing in with a badge.

use std::sync::Arc;

use axum::http::StatusCode;

use super::page;
use crate::endpoints::call::Call;
use crate::endpoints::refusal::Refusal;
use crate::endpoints::{same_origin, session};
use crate::http::answer::Answer;
use crate::http::language::Text;
use crate::http::parameters::Parameters;
use crate::pages::{self, LoginContext};
use crate::world::LoginMethod;

const SHOWN: &str = "the page for badges was shown";
const SIGNED_IN: &str = "a person signed in with a badge";
const NO_PERSON: &str = "no person of this district has a badge with this code";

/// `GET /login/badge`
pub(crate) fn show(call: &Call) -> Answer {
    let world = &call.world;
    let parameters = Parameters::from_form(call.request.query()).unwrap_or_default();
    let page = |context| Answer::page(StatusCode::OK, pages::badge(world, context, None), SHOWN);
    here(call, &parameters).map_or_else(|refusal| refusal.page(call.request.language()), page)
}

/// `POST /login/badge`: `code` is the code on the badge.
pub(crate) fn sign_in(call: &Call) -> Answer {
    signed_in(call).unwrap_or_else(|refusal| refusal.page(call.request.language()))
}

fn signed_in(call: &Call) -> Result<Answer, Refusal> {
    let parameters = same_origin::form(call)?;
    let world = &call.world;
    let context = here(call, &parameters)?;
    let person = world.person_with_badge(parameters.get("code").unwrap_or_default());
    let Some(person) = person.filter(|person| context.home.is_of(person)) else {
        let name = context.home.name();
        let message = Text::new(
            format!("That did not work: no one at {name} has a badge with this code."),
            format!("No funcionó: nadie en {name} tiene una credencial con este código."),
        );
        let message = message.text(context.language);
        let page = pages::badge(world, context, Some(message));
        return Ok(Answer::page(StatusCode::UNAUTHORIZED, page, NO_PERSON));
    };
    Ok(session::start(call, Arc::clone(person), context.target.unwrap_or("/login"), SIGNED_IN)?)
}

fn here<'a>(call: &'a Call, parameters: &'a Parameters) -> Result<LoginContext<'a>, Refusal> {
    let context = page::required(call, parameters)?;
    if context.home.takes(LoginMethod::Badge) {
        Ok(context)
    } else {
        Err(Refusal::no_such_login(&context.link("/login")))
    }
}
