//! The school picker: which school is yours? Whoever is asked has come to an app first, and the app does not know it.
//!
//! `GET /oauth/district-picker` has the parameters of an authorize request, to which it leads. The same question stands at
//! `/login` where no app is waiting. The answer is remembered, and can be changed on the login page.

use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded;

use super::refusal::Refusal;
use super::{authorize, login, same_origin, session, target};
use crate::http::parameters::Parameters;
use crate::http::request::Request;
use crate::http::responses;
use crate::pages::{self, PickerPage};
use crate::shared::Shared;
use crate::world::World;

const SEARCH: &str = "search";

/// `GET /oauth/district-picker`
pub(crate) fn show(shared: &Shared, request: &Request) -> Response {
    shown(shared, request).unwrap_or_else(Refusal::page)
}

fn shown(shared: &Shared, request: &Request) -> Result<Response, Refusal> {
    let world = shared.world();
    let parameters = Parameters::from_form(request.query())?;
    authorize::request::read(&world, &parameters)?;
    let pairs = form_urlencoded::parse(request.query()).into_owned();
    let hidden: Vec<_> = pairs.filter(|(name, _)| name != SEARCH).collect();
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&hidden).finish();
    let target = format!("{}/oauth/authorize?{query}", request.prefix());
    if parameters.get("district_id").is_some() || shared.auto_login.is_some() {
        return Ok(responses::redirect(StatusCode::FOUND, &target));
    }
    let action = format!("{}/oauth/district-picker", request.prefix());
    let question = Question { action: &action, hidden, target: Some(&target), message: None };
    Ok(page(&world, &parameters, StatusCode::OK, question))
}

/// The same question where no app is waiting, or only behind a target.
pub(super) fn anywhere(
    world: &World,
    parameters: &Parameters,
    status: StatusCode,
    message: Option<&str>,
) -> Response {
    let target = target::of(parameters);
    let mut hidden = vec![("choose".to_owned(), "true".to_owned())];
    hidden.extend(target.map(|target| ("target".to_owned(), target.to_owned())));
    page(world, parameters, status, Question { action: "/login", hidden, target, message })
}

/// `POST /oauth/district-picker`: the answer.
pub(crate) fn choose(shared: &Shared, request: &Request) -> Response {
    chosen(shared, request).unwrap_or_else(Refusal::page)
}

fn chosen(shared: &Shared, request: &Request) -> Result<Response, Refusal> {
    same_origin::check(shared, request)?;
    let world = shared.world();
    let parameters = Parameters::from_form(&request.body).unwrap_or_default();
    let home = login::home(&world, &parameters)?.ok_or_else(|| Refusal::no_school(""))?;
    let location = match target::of(&parameters) {
        Some(target) => target::login_page(Some(home.short_name()), target),
        None => format!("/in/{}", home.short_name()),
    };
    Ok(session::choose(shared, home, &location))
}

/// Where the search is sent and with what, where the answer leads, and what went wrong before.
struct Question<'a> {
    action: &'a str,
    hidden: Vec<(String, String)>,
    target: Option<&'a str>,
    message: Option<&'a str>,
}

fn page(world: &World, parameters: &Parameters, status: StatusCode, question: Question<'_>) -> Response {
    let Question { action, hidden, target, message } = question;
    let search = parameters.get(SEARCH).unwrap_or_default();
    let (found, more) = world.search(search);
    let app = target::app(world, target);
    let page = PickerPage { world, action, hidden, search, found, more, target, app, message };
    let why = if message.is_some() { login::WRONG_PASSWORD } else { "the school picker was shown" };
    responses::explained(responses::page(status, pages::picker(&page)), why)
}
