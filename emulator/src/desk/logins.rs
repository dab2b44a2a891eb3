//! Each login as a sequence diagram: the messages between the browser, the app and Clever, in the order in which they happened.
//!
//! It is drawn from the journal, so it contains no values. A message that the emulator cannot see, such as the callback that
//! the browser sends to the app, is a dashed line.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::advice;
use super::filter::Filter;
use crate::memory::journal::Note;
use crate::memory::logins::{Outcome, Side};
use crate::scenarios::{Scenario, scenarios};
use crate::system::clock;
use crate::world::World;

/// How many logins to show, the latest first.
const SHOWN: usize = 20;
/// The most steps of a login to draw, the latest ones.
const STEPS: usize = 30;
/// A code is valid for a minute.
const CODE_SECONDS: u64 = 60;

/// How far a login has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Done,
    Unused,
    Failed,
}

impl State {
    /// A symbol and words, because many people cannot tell the colors apart.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Waiting => ("waiting", "\u{2026}", "in progress"),
            Self::Done => ("done", "\u{2713}", "done"),
            Self::Unused => ("unused", "\u{21ba}", "code left unused"),
            Self::Failed => ("failed", "\u{2715}", "failed"),
        }
    }
}

/// A login, with its steps in the order in which they happened.
struct Login<'a> {
    number: u64,
    steps: Vec<&'a Note>,
}

/// The latest logins.
pub(super) fn list<'a>(
    notes: impl Iterator<Item = &'a Note>,
    world: &World,
    filter: &Filter,
    now: u64,
) -> Markup {
    let mut logins: BTreeMap<u64, Vec<&Note>> = BTreeMap::new();
    for note in notes {
        if let Some(number) = note.login {
            logins.entry(number).or_default().push(note);
        }
    }
    let logins = logins.into_iter().rev().map(|(number, mut steps)| {
        steps.reverse();
        Login { number, steps }
    });
    let logins: Vec<_> = logins
        .filter(|login| {
            filter.is_of_app(login.app()) && (!filter.failed || login.state(now) == State::Failed)
        })
        .take(SHOWN)
        .collect();
    html! {
        div #login-list {
            @if logins.is_empty() { (nothing(filter)) }
            @for (place, login) in logins.iter().enumerate() { (login.draw(world, now, place == 0)) }
        }
    }
}

fn nothing(filter: &Filter) -> Markup {
    html! {
        p {
            @if filter.app.is_empty() && !filter.failed {
                "No login yet. Start one in your app, or with a link under " a href="#apps" { "Apps" }
                ": it is drawn here, step by step."
            } @else { "No login matches the filter." }
        }
    }
}

impl Login<'_> {
    fn app(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| step.app.as_deref())
    }

    /// The scenario of the login.
    fn scenario(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| Some(step.path.strip_prefix("/s/")?.split_once('/')?.0))
    }

    /// The state of a login, from its last event.
    fn state(&self, now: u64) -> State {
        let Some(last) = self.steps.last() else { return State::Waiting };
        match last.outcome {
            _ if self.steps.iter().any(|step| is_wrong_on_purpose(step)) || last.is_failure() => {
                State::Failed
            }
            Outcome::Code { .. } if now < last.time.saturating_add(CODE_SECONDS) => State::Waiting,
            Outcome::Code { state: false } => State::Unused,
            Outcome::Code { state: true } => State::Failed,
            Outcome::Token { .. } => State::Done,
            _ if self.steps.iter().any(|step| step.side == Side::App) => State::Done,
            _ => State::Waiting,
        }
    }

    fn draw(&self, world: &World, now: u64, open: bool) -> Markup {
        let state = self.state(now);
        let (class, sign, words) = state.words();
        let app = self.app().and_then(|client_id| world.app(client_id));
        let begun = self.steps.first().map(|step| clock::time_of_day(step.time)).unwrap_or_default();
        let name = app.map_or("an unknown app", |app| app.name());
        let skipped = self.steps.len().saturating_sub(STEPS);
        html! {
            details.login data-login=(self.number) data-state=(class) open[open] {
                summary {
                    h3 { "Login " (self.number) ": " bdi dir="auto" { (name) } } " "
                    span class={ "state " (class) } { span aria-hidden="true" { (sign) } " " (words) } " "
                    span.hint { (begun) @if let Some(scenario) = self.scenario() { " \u{b7} scenario " (scenario) } }
                }
                div.sequence {
                    div.lanes aria-hidden="true" { span { "Browser" } span { "App" } span { "Clever" } }
                    @if skipped > 0 { p.hint { (skipped) " earlier steps are in the journal only." } }
                    ol.steps { @for step in self.steps.iter().skip(skipped) { (draw(step)) } }
                    (self.end(state, now))
                }
            }
        }
    }

    /// The next step that is missing, if nothing was refused.
    fn end(&self, state: State, now: u64) -> Markup {
        let Some(last) = self.steps.last() else { return html! {} };
        let expired = now >= last.time.saturating_add(CODE_SECONDS);
        let waiting = match last.outcome {
            Outcome::Code { .. } if !expired => {
                "Waiting for the app to exchange the code. It has one minute."
            }
            Outcome::Code { state: false } => {
                "The app left the code unused. That is right for a code without a state: the app starts its own login."
            }
            _ if state == State::Waiting => "Waiting for the person to continue in the browser.",
            _ => "",
        };
        let unexchanged = expired && last.outcome == Outcome::Code { state: true };
        html! {
            @if !waiting.is_empty() { p.waits { (waiting) } }
            @if unexchanged {
                (wrong(WRONG, "The app did not exchange the code within its minute.", &[(TO_DO, advice::UNEXCHANGED)]))
            }
        }
    }
}

/// Whether a scenario sent a response that a correct client refuses.
fn is_wrong_on_purpose(note: &Note) -> bool {
    scenario(note).is_some_and(|scenario| {
        ["error", "denied"].iter().any(|outcome| scenario.outcome().starts_with(outcome))
    })
}

fn scenario(note: &Note) -> Option<&'static Scenario> {
    let name = note.scenario?;
    scenarios().iter().find(|scenario| scenario.name() == name)
}

fn draw(note: &Note) -> Markup {
    let wrong_on_purpose = is_wrong_on_purpose(note);
    let class = if note.is_failure() || wrong_on_purpose { "step bad" } else { "step" };
    let (from, asks, answers) = match note.side {
        Side::Browser => ("Browser", "wide right", "wide left answer"),
        Side::App => ("App", "near right", "near left answer"),
    };
    html! {
        li class=(class) {
            (arrow(asks, &format!("{from} to Clever: "), &html! { (note.method) " " (shortened(&note.path)) }))
            (arrow(answers, &format!("Clever to {from}: "), &html! {
                @if class.ends_with("bad") { span.cross aria-hidden="true" { "\u{2715} " } }
                strong { (note.status) } " " (answer(note))
            }))
            @if let Some(brought) = brought(note.outcome) { (arrow("far right unseen", "Browser to app: ", &html! { (brought) })) }
            @if note.is_failure() && !wrong_on_purpose { (wrong(WRONG, &note.line, &[(TO_DO, advice::of(note))])) }
            @if let Some(scenario) = scenario(note) { (on_purpose(note, scenario, wrong_on_purpose)) }
        }
    }
}

fn arrow(class: &str, who: &str, label: &Markup) -> Markup {
    html! {
        div class={ "arrow " (class) } {
            p { span { span.heard { (who) } (label) } }
        }
    }
}

fn on_purpose(note: &Note, scenario: &Scenario, is_wrong: bool) -> Markup {
    let told = [("A good client", scenario.client()), ("The libraries of this project", scenario.outcome())];
    if is_wrong {
        return wrong("Goes wrong here, on purpose", &note.line, &told);
    }
    html! {
        div.purpose {
            p { strong { "On purpose: " } (note.line) }
            (lines(&told))
        }
    }
}

const WRONG: &str = "Went wrong here";
const TO_DO: &str = "What to do";

/// What happened, and what to do about it.
fn wrong(title: &str, what: &str, further: &[(&str, &str)]) -> Markup {
    html! {
        div.wrong {
            p { span aria-hidden="true" { "\u{2715} " } strong { (title) ": " } span dir="auto" { (what) } }
            (lines(further))
        }
    }
}

fn lines(lines: &[(&str, &str)]) -> Markup {
    html! { @for (title, line) in lines { p { strong { (title) ": " } (line) } } }
}

/// The content of the response, in a few words.
fn answer(note: &Note) -> &'static str {
    match (note.outcome, note.side) {
        (Outcome::Shown, Side::Browser) => "a page for the person",
        (Outcome::Shown, Side::App) => match note.path.rsplit('/').next().unwrap_or_default() {
            "tokens" => "tokens",
            "certs" => "keys",
            "openid-configuration" => "metadata",
            "tokeninfo" => "whose token it is",
            "me" | "userinfo" => "who it is",
            _ => "data",
        },
        (Outcome::Onward, Side::Browser) => "to another page of Clever",
        (Outcome::Onward, Side::App) => "a redirect",
        (Outcome::Code { state: true }, _) => "to the app, with a code and the state",
        (Outcome::Code { state: false }, _) => "to the app, with a code and no state",
        (Outcome::Token { .. }, _) => "to the app, with an access token",
        (Outcome::Denied, _) => "to the app, without a code",
        (Outcome::NoAccess, _) => "a page: no access",
        (Outcome::Refused, Side::Browser) => "a page: refused",
        (Outcome::Refused, Side::App) => "refused",
    }
}

/// What the browser sends to the app after this response.
fn brought(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Code { state: true } => Some("callback: code, state"),
        Outcome::Code { state: false } => Some("callback: code"),
        Outcome::Token { .. } => Some("callback: token"),
        Outcome::Denied => Some("callback: error"),
        _ => None,
    }
}

/// The ids in a path would make the label longer than the drawing, and the scenario is in the title.
fn shortened(path: &str) -> String {
    let path = path.strip_prefix("/s/").and_then(|path| path.find('/').map(|at| &path[at..])).unwrap_or(path);
    let shorter = |segment: &str| if segment.len() > 20 { "\u{2026}".to_owned() } else { segment.to_owned() };
    let keeps = ["openid-configuration", "district-picker"];
    let parts =
        path.split('/').map(|part| if keeps.contains(&part) { part.to_owned() } else { shorter(part) });
    parts.collect::<Vec<_>>().join("/")
}
