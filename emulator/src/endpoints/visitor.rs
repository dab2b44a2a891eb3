//! The person of a request: the person of the automatic login, or the one who signed in on the pages.
//!
//! Only with the automatic login, a request may choose another person with `emulator_login`, say with `emulator_admin=true`
//! that an administrator logs in as that person, and set claims for this login with `emulator_claims`. So one emulator serves
//! scripted runs with many people. If people sign in on the pages, no link can skip them.

use std::sync::Arc;

use super::call::Call;
use super::refusal::{Refusal, UNKNOWN_PERSON};
use super::session;
use crate::http::parameters::Parameters;
use crate::keys::custom_claims::{self, CustomClaims};
use crate::world::Person;

/// A person who has signed in.
pub(super) struct Visitor {
    pub(super) person: Arc<Person>,
    /// Is it an administrator who logs in as this person?
    pub(super) loginas_by_admin: bool,
    /// Did they sign in on the pages?
    pub(super) on_pages: bool,
    /// Claims from the request; the claims of a session are used when the login is granted.
    pub(super) claims: CustomClaims,
}

/// The person; none if they must sign in first.
pub(super) fn visitor(call: &Call, parameters: &Parameters) -> Result<Option<Visitor>, Refusal> {
    let Some(automatic) = &call.shared.auto_login else {
        let signed_in = session::signed_in(call);
        return Ok(signed_in.map(|person| Visitor {
            person,
            loginas_by_admin: false,
            on_pages: true,
            claims: None,
        }));
    };
    let claims =
        custom_claims::read(parameters.get("emulator_claims").unwrap_or_default()).map_err(|wrong| {
            let reason = (
                "The data for this login cannot be read.",
                "No se pueden leer los datos para este inicio de sesión.",
            );
            let line = "emulator_claims is not a JSON object; the person sees a page that says so";
            Refusal::because(reason, format!("{wrong} They are the value of emulator_claims."), line)
        })?;
    let world = &call.world;
    let Some(name) = parameters.get("emulator_login") else {
        // This person existed when the emulator started, but the world file may have changed.
        let unknown_person =
            || unknown_person(&format!("No person has the name {automatic:?}, the value of --auto-login."));
        let person = world.person(automatic).ok_or_else(unknown_person)?;
        return Ok(Some(Visitor { person, loginas_by_admin: false, on_pages: false, claims }));
    };
    let unknown_person =
        || unknown_person(&format!("No person has the name {name:?}, the value of emulator_login."));
    let person = world.person(name).ok_or_else(unknown_person)?;
    let loginas_by_admin = parameters.get("emulator_admin") == Some("true");
    Ok(Some(Visitor { person, loginas_by_admin, on_pages: false, claims }))
}

fn unknown_person(developer: &str) -> Refusal {
    let line = "no person has the name in --auto-login or emulator_login: the desk lists all people; the person sees a page";
    Refusal::because(UNKNOWN_PERSON, developer, line)
}
