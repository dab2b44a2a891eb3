//! Signing in and out.
//!
//! `portal` names the home by its short name; `target` is where the person goes afterwards. A form with a `portal` comes from a
//! login page, which accepts only its own people. A form without one, from developers and scripts, accepts all people.
//!
//! - `page`: the login page, which several endpoints show;
//! - `provider`, `badge`: the ways to sign in that have their own page; `claims`: with your own claims, for developers.

use std::sync::Arc;

use axum::http::StatusCode;

use super::call::Call;
use super::refusal::Refusal;
use super::{district_picker, portal, same_origin, session, target};
use crate::http::answer::Answer;
use crate::http::language::Text;
use crate::http::parameters::Parameters;
use crate::world::{Home, LoginMethod, Person, World};

pub(crate) mod badge;
pub(crate) mod claims;
pub(super) mod page;
pub(crate) mod provider;

/// Where a sign-in without a target leads: to the portal.
const PORTAL: &str = "/login";

const FRONT_DOOR: &str = "the start page: the browser goes to the login page";
const SIGNED_IN_ALREADY: &str = "a person is already signed in, and continues";
const SIGNED_IN: &str = "a person signed in on the login page";

/// `GET /`
pub(crate) fn front_door(_: &Call) -> Answer {
    Answer::redirect(StatusCode::SEE_OTHER, "/login", FRONT_DOOR)
}

/// `GET /login`: the portal of the person who is signed in, the login page of the home that is known, or the school picker.
pub(crate) fn show(call: &Call) -> Answer {
    shown(call).unwrap_or_else(|refusal| refusal.page(call.request.language()))
}

fn shown(call: &Call) -> Result<Answer, Refusal> {
    let world = &call.world;
    let parameters = Parameters::from_form(call.request.query()).unwrap_or_default();
    if parameters.get("choose") == Some("true") {
        return Ok(district_picker::anywhere(call, &parameters));
    }
    let named = page::home(world, &parameters)?;
    if let Some(person) = session::person(call)
        && named.is_none_or(|named| named.is_of(&person))
    {
        return Ok(match target::of(&parameters) {
            Some(target) => Answer::redirect(StatusCode::SEE_OTHER, target, SIGNED_IN_ALREADY),
            None => portal::page(call, &person),
        });
    }
    match named.or_else(|| session::chosen(call)) {
        Some(home) => Ok(page::show(call, &page::context(call, home, &parameters))),
        None => Ok(district_picker::anywhere(call, &parameters)),
    }
}

/// `POST /login`
pub(crate) fn sign_in(call: &Call) -> Answer {
    signed_in(call).unwrap_or_else(|refusal| refusal.page(call.request.language()))
}

fn signed_in(call: &Call) -> Result<Answer, Refusal> {
    let parameters = same_origin::form(call)?;
    let home = page::home(&call.world, &parameters)?;
    if let Some(person) = with_password(&call.world, &parameters)
        && home.is_none_or(|home| home.is_of(&person) && home.takes(LoginMethod::Password))
    {
        let location = target::of(&parameters).unwrap_or(PORTAL);
        return Ok(session::start(call, person, location, SIGNED_IN)?);
    }
    Ok(wrong_password(call, home, &parameters))
}

fn wrong_password(call: &Call, home: Option<Home<'_>>, parameters: &Parameters) -> Answer {
    let language = call.request.language();
    let at = language.say(" at ", " en ");
    let place = home.map(|home| format!("{at}{}", home.name())).unwrap_or_default();
    let message = Text::new(
        format!(
            "That did not work: no one{place} has this user name and password. Type the same number in both boxes."
        ),
        format!(
            "No funcionó: nadie{place} tiene este nombre y esta contraseña. Escribe el mismo número en las dos casillas."
        ),
    );
    let message = message.text(language);
    let Some(home) = home else {
        return district_picker::wrong_password(call, parameters, message);
    };
    let context = page::context(call, home, parameters);
    page::wrong_password(call, &context, parameters.get("username"), message)
}

fn with_password(world: &World, parameters: &Parameters) -> Option<Arc<Person>> {
    let username = parameters.get("username")?;
    let person = world.person(username).filter(|person| person.sign_in_number == username)?;
    (parameters.get("password") == Some(&person.sign_in_number)).then_some(person)
}

/// `POST /logout`
pub(crate) fn sign_out(call: &Call) -> Answer {
    if let Err(refusal) = same_origin::check(call) {
        return refusal.page(call.request.language());
    }
    let parameters = Parameters::from_form(&call.request.body).unwrap_or_default();
    session::end(call, target::of(&parameters).unwrap_or("/login"))
}
