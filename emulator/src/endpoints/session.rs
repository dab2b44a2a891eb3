//! The emulator's data about a browser: the signed-in person, and the chosen school.
//!
//! A session lasts two hours, in the emulator's memory. The cookie contains only its random name, which is new for every
//! sign-in. The choice of a school is not a secret: its cookie contains the short name.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;

use super::call::Call;
use crate::http::answer::Answer;
use crate::http::cookies;
use crate::keys::custom_claims::CustomClaims;
use crate::memory::grants::{SESSION_LIFETIME, SignIn};
use crate::memory::locked;
use crate::world::{Home, Person};

/// A school is remembered for a year.
const CHOICE_LIFETIME: u64 = 365 * 24 * 60 * 60;

/// The person at the browser: the person of the automatic login, or the one who signed in on the pages.
pub(super) fn person(call: &Call) -> Option<Arc<Person>> {
    match &call.shared.auto_login {
        Some(name) => call.world.person(name),
        None => signed_in(call),
    }
}

/// The person who signed in on the pages in this browser.
pub(super) fn signed_in(call: &Call) -> Option<Arc<Person>> {
    let person = locked(&call.shared.grants).signed_in(call.shared.clock.now(), id(call)?).cloned()?;
    call.world.same(&person)
}

/// The value of the session cookie.
pub(super) fn id(call: &Call) -> Option<&str> {
    cookies::value(&call.request.headers, &call.shared.session_cookie)
}

/// Signs `person` in, replacing anyone who was signed in, and redirects the browser.
pub(super) fn start(
    call: &Call,
    person: Arc<Person>,
    location: &str,
    line: &'static str,
) -> Result<Answer, Unspecified> {
    start_with(call, person, None, location, line)
}

/// The same with claims for the first login of the session.
pub(super) fn start_with(
    call: &Call,
    person: Arc<Person>,
    claims: CustomClaims,
    location: &str,
    line: &'static str,
) -> Result<Answer, Unspecified> {
    let session = call.shared.random.hex::<20>()?;
    let cookie = cookies::set(&call.shared.session_cookie, &session, SESSION_LIFETIME);
    forget(call);
    locked(&call.shared.grants).sign_in(call.shared.clock.now(), session, SignIn { person, claims });
    Ok(onward(location, &cookie, line))
}

/// Signs out anyone who is signed in, and redirects the browser.
pub(super) fn end(call: &Call, location: &str) -> Answer {
    forget(call);
    let line = "a person signed out at the emulator, and stays signed in to the app";
    onward(location, &cookies::clear(&call.shared.session_cookie), line)
}

/// The home that was chosen in this browser.
pub(super) fn chosen(call: &Call) -> Option<Home<'_>> {
    call.world.home(cookies::value(&call.request.headers, &call.shared.school_cookie)?)
}

/// Remembers the home, and redirects the browser.
pub(super) fn choose(call: &Call, home: Home<'_>, location: &str) -> Answer {
    let cookie = cookies::set(&call.shared.school_cookie, home.short_name(), CHOICE_LIFETIME);
    onward(location, &cookie, "a school was chosen, and this browser remembers it")
}

fn forget(call: &Call) {
    if let Some(session) = id(call) {
        locked(&call.shared.grants).sign_out(call.shared.clock.now(), session);
    }
}

fn onward(location: &str, cookie: &str, line: &'static str) -> Answer {
    Answer::redirect(StatusCode::SEE_OTHER, location, line).with_header(SET_COOKIE, cookie)
}
