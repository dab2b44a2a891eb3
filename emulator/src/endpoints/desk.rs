//! The developer's desk at `/_emulator/`: its pages, and what its buttons do.
//!
//! Whoever may not use the controls may not see it either, and is refused in the same way. Every button is a form that is
//! posted and leads back to the desk, so that nothing happens twice when the page is loaded again.

use std::time::Duration;

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use maud::Markup;

use super::control::problem::Problem;
use super::control::{grants, guard, state};
use super::{not_found, session};
use crate::desk::{self, Desk};
use crate::http::parameters::Parameters;
use crate::http::request::Request;
use crate::http::responses;
use crate::memory::lock::locked;
use crate::shared::Shared;

/// Nobody needs more than a day at once, in seconds; the control API has no such bound.
const FARTHEST: u64 = 24 * 60 * 60;

/// `GET /_emulator`
pub(crate) fn front_door(shared: &Shared, request: &Request) -> Response {
    guarded(shared, request, |_, _| Ok(responses::redirect(StatusCode::SEE_OTHER, desk::PATH)))
}

/// `GET /_emulator/`
pub(crate) fn show(shared: &Shared, request: &Request) -> Response {
    guarded(shared, request, |shared, request| {
        only(request, &Method::GET)?;
        let desk = Desk {
            base_url: &request.emulator_url(shared),
            world: &shared.world(),
            signed_in: shared.signed_in(request),
            auto_login: shared.auto_login.as_deref(),
            now: shared.clock.now(),
            ahead: shared.clock.ahead(),
        };
        Ok(page(desk::page(&desk, locked(&shared.journal).latest())))
    })
}

/// Whatever is below `/_emulator/desk/`.
pub(crate) fn part(shared: &Shared, request: &Request) -> Response {
    guarded(shared, request, |shared, request| match (request.segment(2), &request.method) {
        ("style.css", &Method::GET) => Ok(style()),
        ("journal", &Method::GET) => Ok(page(desk::journal_page(locked(&shared.journal).latest()))),
        ("style.css", _) => Err(Problem::method("The style takes GET.")),
        (name, _) => {
            let act = action(name).ok_or_else(|| Problem::not_found("The desk has no such button."))?;
            only(request, &Method::POST)?;
            act(shared, request)
        }
    })
}

type Action = fn(&Shared, &Request) -> Result<Response, Problem>;

fn action(name: &str) -> Option<Action> {
    Some(match name {
        "login" => log_in_as,
        "clock" => advance,
        "keys" => |shared, request| state::rotate_keys(shared, request).map(|_| back("controls")),
        "sessions" => |shared, request| {
            grants::end_sessions(shared, request);
            Ok(back("controls"))
        },
        "reset" => |shared, request| {
            state::reset(shared, request);
            Ok(back("controls"))
        },
        "journal" => |shared, request| {
            state::clear_journal(shared, request);
            Ok(back("journal"))
        },
        _ => return None,
    })
}

/// Makes this browser somebody's, and goes on to an app if one was chosen.
fn log_in_as(shared: &Shared, request: &Request) -> Result<Response, Problem> {
    let parameters = form(request)?;
    let world = shared.world();
    let person = parameters.get("person").and_then(|name| world.person(name));
    let person = person.ok_or_else(|| Problem::request("Nobody has this name."))?;
    let location = match parameters.get("client_id") {
        None => place("people"),
        Some(client_id) => {
            let app = world.app(client_id).ok_or_else(|| Problem::request("No app has this client_id."))?;
            desk::launch(app, shared.auto_login.is_some().then_some(person.id.as_str()))
        }
    };
    Ok(session::start(shared, request, person, &location)?)
}

fn advance(shared: &Shared, request: &Request) -> Result<Response, Problem> {
    let parameters = form(request)?;
    let seconds = parameters.get("advance").and_then(|seconds| seconds.parse().ok());
    let seconds = seconds.filter(|seconds| *seconds <= FARTHEST);
    let wrong =
        || Problem::request(format!("advance must be a whole number of seconds from 0 to {FARTHEST}."));
    shared.clock.advance(Duration::from_secs(seconds.ok_or_else(wrong)?));
    Ok(back("controls"))
}

/// The whole request, if it may be answered.
fn guarded(shared: &Shared, request: &Request, answer: Action) -> Response {
    if request.scenario.is_some() {
        return not_found(shared, request);
    }
    let answer = guard::check(shared, request).and_then(|()| answer(shared, request));
    responses::not_stored(answer.unwrap_or_else(Problem::into_response))
}

fn only(request: &Request, method: &Method) -> Result<(), Problem> {
    let wrong = || Problem::method(format!("This part of the desk takes {method}."));
    (request.method == *method).then_some(()).ok_or_else(wrong)
}

fn form(request: &Request) -> Result<Parameters, Problem> {
    Parameters::from_form(&request.body).map_err(|_| Problem::request("A field of the form is there twice."))
}

fn back(part: &str) -> Response {
    responses::redirect(StatusCode::SEE_OTHER, &place(part))
}

fn place(part: &str) -> String {
    format!("{}#{part}", desk::PATH)
}

/// A page with the policy of the desk.
fn page(markup: Markup) -> Response {
    responses::with_header(responses::page(StatusCode::OK, markup), CONTENT_SECURITY_POLICY, &desk::policy())
}

fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], desk::STYLE).into_response()
}
