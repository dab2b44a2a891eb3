//! Signing in with your own claims for one login: a form on the login page, for developers.

use super::page;
use crate::endpoints::call::Call;
use crate::endpoints::refusal::{Refusal, UNKNOWN_PERSON};
use crate::endpoints::{same_origin, session};
use crate::http::answer::Answer;
use crate::keys::custom_claims;
use crate::pages::SentClaims;

/// `POST /login/claims`: `person` is the person to sign in, `claims` a JSON object, and `portal` the home whose page had the form.
pub(crate) fn sign_in(call: &Call) -> Answer {
    signed_in(call).unwrap_or_else(|refusal| refusal.page(call.request.language()))
}

fn signed_in(call: &Call) -> Result<Answer, Refusal> {
    let parameters = same_origin::form(call)?;
    let world = &call.world;
    let claims = parameters.get("claims").unwrap_or_default();
    let person = parameters.get("person").unwrap_or_default();
    let sent = SentClaims { person, text: claims };
    let named = world.person(person);
    let home = match page::home(world, &parameters)? {
        Some(home) => home,
        // A program that sends the form only needs the person.
        None => named.as_ref().map(|person| world.home_of(person)).ok_or_else(no_person)?,
    };
    let context = page::context(call, home, &parameters);
    let Some(person) = named.filter(|person| home.is_of(person)) else {
        return Ok(page::wrong_claims(call, &context, sent, NO_PERSON));
    };
    match custom_claims::read(claims) {
        Ok(own) => Ok(session::start_with(call, person, own, context.target.unwrap_or("/login"), SIGNED_IN)?),
        Err(message) => Ok(page::wrong_claims(call, &context, sent, (&message, NO_OBJECT))),
    }
}

fn no_person() -> Refusal {
    Refusal::because(
        UNKNOWN_PERSON,
        "The form has no person of this world in person (a handle, a Clever id, or a sign-in number), and no portal.",
        "the form for claims names no person: person is a handle, a Clever id, or a sign-in number",
    )
}

const SIGNED_IN: &str = "a person signed in with claims for the next login";
/// The sentence of the page, and the line of the journal.
const NO_PERSON: (&str, &str) =
    ("No one here has this name. Pick a person from the list.", "no person of this district has this name");
const NO_OBJECT: &str = "the claims for one login are not a JSON object";
