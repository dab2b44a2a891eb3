//! The developer's desk at `/_emulator/`: its pages, and what its buttons do.
//!
//! A page of another site can neither see the desk nor use the controls. Every button is a form that is posted and redirects to
//! the desk, so that reloading the page repeats nothing.

use std::time::Duration;

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use maud::Markup;

use super::call::Call;
use super::control::problem::Problem;
use super::control::{grants, state};
use super::not_found::not_found;
use super::{same_origin, session};
use crate::desk::{self, Desk, Filter};
use crate::http::answer::Answer;
use crate::http::answer_kinds::NOT_IN_JOURNAL;
use crate::http::parameters::Parameters;
use crate::http::request::Request;
use crate::memory::locked;

/// The path where an open page waits for the next event.
const LIVE: &str = "/_emulator/desk/live";
/// The most seconds that the clock can be moved at once: a day. The control API has no such limit.
const FARTHEST: u64 = 24 * 60 * 60;

/// `GET /_emulator`
pub(crate) fn front_door(call: &Call) -> Answer {
    guarded(call, |_| Ok(Answer::redirect(StatusCode::SEE_OTHER, desk::PATH, NOT_IN_JOURNAL)))
}

/// `GET /_emulator/`
pub(crate) fn show(call: &Call) -> Answer {
    guarded(call, |call| {
        only(&call.request, &Method::GET)?;
        // The script draws everything that happens from now on.
        let changes = call.shared.changes.count();
        let desk = Desk {
            base_url: &call.emulator_url(),
            world: &call.world,
            signed_in: session::signed_in(call),
            auto_login: call.shared.auto_login.as_deref(),
            now: call.shared.clock.now(),
            ahead: call.shared.clock.ahead(),
            filter: filter(&call.request),
            changes,
        };
        Ok(page(desk::page(&desk, locked(&call.shared.journal).latest())))
    })
}

/// Any request below `/_emulator/desk/`.
pub(crate) fn part(call: &Call) -> Answer {
    guarded(call, |call| match (call.request.segment(2), &call.request.method) {
        ("style.css", &Method::GET) => Ok(style()),
        ("journal", &Method::GET) => {
            let filter = filter(&call.request);
            Ok(page(desk::journal_page(locked(&call.shared.journal).latest(), &call.world, &filter)))
        }
        ("live", &Method::GET) => Ok(live(call)),
        ("style.css" | "live", _) => Err(Problem::method("This part of the desk", &["GET"])),
        (name, _) => {
            let act = action(name).ok_or_else(|| Problem::not_found("The desk has no such button."))?;
            only(&call.request, &Method::POST)?;
            act(call)
        }
    })
}

/// The number of events when the open page was drawn last, if this request is from an open page that waits for the next
/// event.
pub(crate) fn seen(call: &Call) -> Option<u64> {
    let request = &call.request;
    let is_live = request.path() == LIVE && request.method == Method::GET;
    let may_wait = is_live && same_origin::check_control(call).is_ok();
    Parameters::from_form(request.query()).ok().filter(|_| may_wait)?.get("seen")?.parse().ok()
}

fn live(call: &Call) -> Answer {
    let changes = call.shared.changes.count();
    let (filter, now) = (filter(&call.request), call.shared.clock.now());
    let journal = locked(&call.shared.journal);
    page(desk::live((&call.world, &filter), (now, changes), journal.latest()))
}

fn filter(request: &Request) -> Filter {
    Filter::of(&Parameters::from_form(request.query()).unwrap_or_default())
}

type Action = fn(&Call) -> Result<Answer, Problem>;

fn action(name: &str) -> Option<Action> {
    Some(match name {
        "login" => log_in_as,
        "clock" => advance,
        "keys" => |call| state::rotate_keys(call).map(|_| back("controls")),
        "sessions" => |call| {
            grants::end_sessions(call);
            Ok(back("controls"))
        },
        "reset" => |call| {
            state::reset(call);
            Ok(back("controls"))
        },
        "journal" => |call| {
            state::clear_journal(call);
            Ok(back("journal"))
        },
        _ => return None,
    })
}

/// Logs this browser in as a person, and opens an app if one was chosen.
fn log_in_as(call: &Call) -> Result<Answer, Problem> {
    let parameters = form(&call.request)?;
    let world = &call.world;
    let person = parameters.get("person").and_then(|name| world.person(name));
    let person = person.ok_or_else(|| Problem::request("No one has this name."))?;
    let location = match parameters.get("client_id") {
        None => place("people"),
        Some(client_id) => {
            let app = world.app(client_id).ok_or_else(|| Problem::request("No app has this client_id."))?;
            desk::launch(app, call.shared.auto_login.is_some().then_some(person.id.as_str()))
        }
    };
    Ok(session::start(call, person, &location, NOT_IN_JOURNAL)?)
}

fn advance(call: &Call) -> Result<Answer, Problem> {
    let parameters = form(&call.request)?;
    let seconds = parameters.get("advance").and_then(|seconds| seconds.parse().ok());
    let seconds = seconds.filter(|seconds| *seconds <= FARTHEST);
    let wrong =
        || Problem::request(format!("advance must be a whole number of seconds from 0 to {FARTHEST}."));
    call.shared.clock.advance(Duration::from_secs(seconds.ok_or_else(wrong)?));
    Ok(back("controls"))
}

/// The whole request, unless a page of another site sends it.
fn guarded(call: &Call, answer: Action) -> Answer {
    if call.scenario.is_some() {
        return not_found(call);
    }
    let answer = same_origin::check_control(call).and_then(|()| answer(call));
    answer.unwrap_or_else(Problem::into_answer).not_stored()
}

fn only(request: &Request, method: &Method) -> Result<(), Problem> {
    let wrong = || Problem::method("This part of the desk", &[method.as_str()]);
    (request.method == *method).then_some(()).ok_or_else(wrong)
}

fn form(request: &Request) -> Result<Parameters, Problem> {
    Parameters::from_form(&request.body).map_err(|_| Problem::request("The form has a field twice."))
}

fn back(part: &str) -> Answer {
    Answer::redirect(StatusCode::SEE_OTHER, &place(part), NOT_IN_JOURNAL)
}

fn place(part: &str) -> String {
    format!("{}#{part}", desk::PATH)
}

/// A page with the policy of the desk.
fn page(markup: Markup) -> Answer {
    Answer::page(StatusCode::OK, markup, NOT_IN_JOURNAL).with_header(CONTENT_SECURITY_POLICY, &desk::policy())
}

fn style() -> Answer {
    Answer::new(StatusCode::OK, &[(CONTENT_TYPE, "text/css; charset=utf-8")], desk::STYLE, NOT_IN_JOURNAL)
}
