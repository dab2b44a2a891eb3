//! The login page of a district or of Clever Library, which several endpoints show.

use axum::http::StatusCode;

use crate::endpoints::call::Call;
use crate::endpoints::refusal::Refusal;
use crate::endpoints::{session, target};
use crate::http::answer::Answer;
use crate::http::parameters::Parameters;
use crate::pages::{self, LoginContext, LoginPage, SentClaims};
use crate::world::{Home, World};

const SHOWN: &str = "the login page was shown";
/// For the journal.
pub(in crate::endpoints) const WRONG_PASSWORD: &str =
    "no person of this district has this user name and password: both are the sign-in number";

/// The home that a request names.
pub(in crate::endpoints) fn home<'a>(
    world: &'a World,
    parameters: &Parameters,
) -> Result<Option<Home<'a>>, Refusal> {
    let Some(short_name) = parameters.get("portal") else { return Ok(None) };
    world.home(short_name).map(Some).ok_or_else(|| Refusal::no_school(short_name))
}

/// The home that a request must name, with its target.
pub(super) fn required<'a>(call: &'a Call, parameters: &'a Parameters) -> Result<LoginContext<'a>, Refusal> {
    let home = home(&call.world, parameters)?.ok_or_else(|| Refusal::no_such_login("/login"))?;
    Ok(context(call, home, parameters))
}

/// The home, with the target of the request.
pub(in crate::endpoints) fn context<'a>(
    call: &'a Call,
    home: Home<'a>,
    parameters: &'a Parameters,
) -> LoginContext<'a> {
    let target = target::of(parameters);
    LoginContext { home, target, app: target::app(&call.world, target), language: call.request.language() }
}

/// The login page of a home.
pub(in crate::endpoints) fn show(call: &Call, context: &LoginContext<'_>) -> Answer {
    let page = LoginPage { username: None, message: None, claims: None, ..page(call, context) };
    Answer::page(StatusCode::OK, pages::login(&page), SHOWN)
}

/// The login page again, after a wrong user name or password.
pub(in crate::endpoints) fn wrong_password(
    call: &Call,
    context: &LoginContext<'_>,
    username: Option<&str>,
    message: &str,
) -> Answer {
    let page = LoginPage { username, message: Some(message), claims: None, ..page(call, context) };
    Answer::page(StatusCode::UNAUTHORIZED, pages::login(&page), WRONG_PASSWORD)
}

/// The login page again, with the mistake in the form for claims.
pub(in crate::endpoints) fn wrong_claims(
    call: &Call,
    context: &LoginContext<'_>,
    sent: SentClaims<'_>,
    (message, line): (&str, &'static str),
) -> Answer {
    let page =
        LoginPage { username: None, message: Some(message), claims: Some(sent), ..page(call, context) };
    Answer::page(StatusCode::BAD_REQUEST, pages::login(&page), line)
}

fn page<'a>(call: &'a Call, context: &LoginContext<'a>) -> LoginPage<'a> {
    let signed_in = session::person(call);
    LoginPage {
        world: &call.world,
        context: *context,
        signed_in,
        username: None,
        message: None,
        claims: None,
    }
}
