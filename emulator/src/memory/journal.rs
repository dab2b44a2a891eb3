//! The requests of clients, to find out why a login does not work: time, method, path, the names of the
//! parameters, the status, and a line that says what happened and what to do. Values are never stored, and only the latest
//! thousand requests are kept.
//!
//! Every endpoint has its own line. This file only stores it, with the login that the request belongs to.

use std::collections::VecDeque;
use std::fmt;

use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::http::answer::Answer;
use crate::http::request::Request;
use crate::memory::logins::{Logins, Outcome, Side, Trace};
use crate::system::clock::time_of_day;

const LENGTH: usize = 1000;
/// The most names of parameters that are kept of one request.
const NAMES: usize = 32;
/// Values of this length or longer are never shown: codes and tokens have 40 characters, ids 24.
const LONG: usize = 32;
const MASKED: &str = "(masked)";

/// The latest requests, oldest first.
#[derive(Default)]
pub(crate) struct Journal {
    notes: VecDeque<Note>,
    /// How many notes were added in all.
    added: u64,
    logins: Logins,
}

/// One request and its answer.
pub(crate) struct Note {
    /// The number of the note, counted from 1.
    pub(crate) number: u64,
    /// Unix seconds, by the emulator's clock.
    pub(crate) time: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) parameters: Vec<String>,
    pub(crate) authorization: Option<&'static str>,
    pub(crate) status: u16,
    /// What happened, and what to do about it.
    pub(crate) line: String,
    pub(crate) side: Side,
    pub(crate) outcome: Outcome,
    /// The client id of the app that the request belongs to, if the app is in the world.
    pub(crate) app: Option<String>,
    /// The number of the login that it belongs to, if it belongs to one.
    pub(crate) login: Option<u64>,
    /// The scenario that changed the answer, if one did.
    pub(crate) scenario: Option<&'static str>,
}

impl Journal {
    /// Adds a note of a request with this trace.
    pub(crate) fn add(&mut self, mut note: Note, mut trace: Trace) {
        self.added = self.added.saturating_add(1);
        note.number = self.added;
        note.login = self.logins.of(note.time, &mut trace, note.outcome);
        note.side = trace.side;
        note.app = trace.app;
        if self.notes.len() >= LENGTH {
            self.notes.pop_front();
        }
        self.notes.push_back(note);
    }

    /// All notes.
    pub(crate) fn to_json(&self) -> Value {
        self.notes.iter().map(Note::to_json).collect()
    }

    /// The notes, the latest first.
    pub(crate) fn latest(&self) -> impl Iterator<Item = &Note> + Clone {
        self.notes.iter().rev()
    }

    /// Forgets the notes.
    pub(crate) fn clear(&mut self) {
        self.notes.clear();
    }
}

impl Note {
    /// The parts of a request with this method, and of its answer, that may be stored. [`Journal::add`] adds the login.
    pub(crate) fn of(
        time: u64,
        method: &Method,
        request: &Request,
        (answer, outcome): (&Answer, Outcome),
        mask: &Mask<'_>,
    ) -> Self {
        let mut parameters: Vec<_> =
            parameters(request).into_iter().take(NAMES).map(|name| mask.name(&name)).collect();
        parameters.dedup();
        Self {
            number: 0,
            time,
            method: mask.name(method.as_str()),
            path: mask.path(&format!("{}{}", request.prefix, request.path())),
            parameters,
            authorization: authorization(request),
            status: answer.status.as_u16(),
            line: answer.line.clone().into_owned(),
            side: Side::Browser,
            outcome,
            app: None,
            login: None,
            scenario: None,
        }
    }

    /// Was the request refused, or the app told that there is no code?
    pub(crate) fn is_failure(&self) -> bool {
        self.status >= 400 || self.outcome == Outcome::Denied
    }

    fn to_json(&self) -> Value {
        json!({
            "time": self.time,
            "method": self.method,
            "path": self.path,
            "parameters": self.parameters,
            "authorization": self.authorization,
            "status": self.status,
            "explanation": self.line,
        })
    }
}

/// The note as one line of a log.
impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters = match self.parameters.as_slice() {
            [] => String::new(),
            names => format!(" ({})", names.join(", ")),
        };
        let authorization = self.authorization.map(|shown| format!(" {shown}")).unwrap_or_default();
        let Self { time, method, path, status, line, .. } = self;
        let text =
            format!("{} {method} {path}{parameters}{authorization} -> {status}: {line}", time_of_day(*time));
        // The data of an app may contain a line break, and one request is one line.
        let one_line: String =
            text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
        formatter.write_str(&one_line)
    }
}

/// The scheme, and never what comes after it.
fn authorization(request: &Request) -> Option<&'static str> {
    request.headers.get(AUTHORIZATION)?;
    let known = [("Basic", "Basic (masked)"), ("Bearer", "Bearer (masked)")];
    let shown = known.into_iter().find(|(scheme, _)| request.authorization(scheme).is_some());
    Some(shown.map_or("(masked)", |(_, shown)| shown))
}

/// Names in the query, and in the body if it is a form or a JSON object.
fn parameters(request: &Request) -> Vec<String> {
    let names = |form| form_urlencoded::parse(form).map(|(name, _)| name.into_owned());
    let mut parameters: Vec<_> = names(request.query()).collect();
    if request.media_type() == "application/x-www-form-urlencoded" {
        parameters.extend(names(&request.body));
    } else if let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&request.body) {
        parameters.extend(object.into_iter().map(|(name, _)| name));
    }
    parameters
}

/// Lets words and Clever ids through, and hides what could be a secret, a code or a token.
pub(crate) struct Mask<'a> {
    secrets: Vec<&'a str>,
}

impl<'a> Mask<'a> {
    /// A mask that also hides these secrets of apps, anywhere in a text.
    pub(crate) fn new(secrets: impl Iterator<Item = &'a str>) -> Self {
        Self { secrets: secrets.filter(|secret| !secret.is_empty()).collect() }
    }

    /// The name of a parameter, if it is a word.
    pub(crate) fn name(&self, name: &str) -> String {
        self.shown(name).to_owned()
    }

    /// A path, each segment by itself.
    pub(crate) fn path(&self, path: &str) -> String {
        path.split('/').map(|segment| self.shown(segment)).collect::<Vec<_>>().join("/")
    }

    fn shown<'b>(&self, text: &'b str) -> &'b str {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let harmless = text.len() < LONG && text.bytes().all(plain);
        if harmless && !self.secrets.iter().any(|secret| text.contains(secret)) { text } else { MASKED }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_line() {
        let note = Note {
            number: 1,
            time: 1_700_000_000,
            method: "POST".into(),
            path: "/oauth/tokens".into(),
            parameters: vec!["code".into(), "grant_type".into()],
            authorization: Some("Basic (masked)"),
            status: 400,
            line: "two\nlines\u{1b}[0m".into(),
            side: Side::App,
            outcome: Outcome::Refused,
            app: None,
            login: None,
            scenario: None,
        };
        let expected =
            "22:13:20 UTC POST /oauth/tokens (code, grant_type) Basic (masked) -> 400: two lines [0m";
        assert_eq!(note.to_string(), expected);
    }

    #[test]
    fn possible_codes_tokens_and_secrets_are_not_shown() {
        let mask = Mask::new(["short"].into_iter());
        let code = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(mask.name(code), MASKED);
        assert_eq!(mask.name("a-short-name"), MASKED);
        assert_eq!(mask.name("client_id"), "client_id");
        assert_eq!(mask.path(&format!("/v3.0/users/{code}")), format!("/v3.0/users/{MASKED}"));
        assert_eq!(mask.path("/v3.0/users/64c20b1e8f3a7d0019c4e501"), "/v3.0/users/64c20b1e8f3a7d0019c4e501");
        assert_eq!(mask.path("/a%20b/c"), format!("/{MASKED}/c"));
    }
}
