//! What clients sent, for whoever wonders why a login does not work: time, method, path, the names of the parameters, the
//! status, and a sentence about it. Of values nothing is kept, and the journal is never longer than a thousand entries.

use std::collections::VecDeque;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::http::answer::Answer;
use crate::http::request::Request;

pub(crate) use mask::Mask;

mod explanation;
pub(crate) mod log;
mod mask;

const LENGTH: usize = 1000;
/// So many names of parameters are noted of one request.
const NAMES: usize = 32;

/// The latest requests, oldest first.
#[derive(Default)]
pub(crate) struct Journal {
    notes: VecDeque<Note>,
    /// So many notes were added in all.
    added: u64,
}

/// One request and its answer.
pub(crate) struct Note {
    /// The place in the row of all notes, the first being 1.
    pub(crate) number: u64,
    /// Unix seconds, by the emulator's clock.
    pub(crate) time: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) parameters: Vec<String>,
    pub(crate) authorization: Option<&'static str>,
    pub(crate) status: u16,
    pub(crate) explanation: String,
}

impl Journal {
    /// Adds a note.
    pub(crate) fn add(&mut self, mut note: Note) {
        self.added = self.added.saturating_add(1);
        note.number = self.added;
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
    pub(crate) fn latest(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter().rev()
    }

    /// Forgets the notes.
    pub(crate) fn clear(&mut self) {
        self.notes.clear();
    }
}

impl Note {
    /// What may be kept of a request and its answer.
    pub(crate) fn of(time: u64, request: &Request, answer: &Answer, mask: &Mask<'_>) -> Self {
        let mut parameters: Vec<_> =
            parameters(request).into_iter().take(NAMES).map(|name| mask.name(&name)).collect();
        parameters.dedup();
        Self {
            number: 0,
            time,
            method: mask.name(request.method.as_str()),
            path: mask.path(&format!("{}{}", request.prefix(), request.path())),
            parameters,
            authorization: authorization(request),
            status: answer.status.as_u16(),
            explanation: explanation::of(request, answer),
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "time": self.time,
            "method": self.method,
            "path": self.path,
            "parameters": self.parameters,
            "authorization": self.authorization,
            "status": self.status,
            "explanation": self.explanation,
        })
    }
}

/// The scheme, and never what stands behind it.
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
    let content_type =
        request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        parameters.extend(names(&request.body));
    } else if let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&request.body) {
        parameters.extend(object.into_iter().map(|(name, _)| name));
    }
    parameters
}
