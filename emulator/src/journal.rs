//! What clients sent, for whoever wonders why a login does not work: time, method, path, the names of the parameters, the
//! status, and a sentence about it. Of values nothing is kept, and the journal is never longer than a thousand entries.

use std::collections::VecDeque;

use aws_lc_rs::digest::{self, SHA256};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::expiring::Expiring;
use crate::place::Place;
use crate::request::Request;
use crate::scenarios::Answer;

pub(crate) use mask::Mask;

mod explanation;
mod mask;

const LENGTH: usize = 1000;
/// So many names of parameters are noted of one request.
const NAMES: usize = 32;
/// A code that comes again within this time is recognised, in seconds, if it is one of the latest thousand.
const CODE_MEMORY: u64 = 60 * 60;

/// The latest requests, oldest first.
pub(crate) struct Journal {
    notes: VecDeque<Note>,
    /// Hashes of the codes that came to the token endpoint.
    codes: Expiring<()>,
}

/// One request and its answer.
pub(crate) struct Note {
    time: u64,
    method: String,
    path: String,
    parameters: Vec<String>,
    authorization: Option<&'static str>,
    status: u16,
    explanation: String,
}

impl Default for Journal {
    fn default() -> Self {
        Self { notes: VecDeque::new(), codes: Expiring::new(CODE_MEMORY, LENGTH) }
    }
}

impl Journal {
    /// Adds a note, explained by what came before.
    pub(crate) fn add(&mut self, mut note: Note, now: u64, request: &Request, answer: &Answer) {
        let again = self.is_code_again(now, request);
        note.explanation = explanation::of(request, answer, again);
        if self.notes.len() >= LENGTH {
            self.notes.pop_front();
        }
        self.notes.push_back(note);
    }

    /// All notes.
    pub(crate) fn to_json(&self) -> Value {
        self.notes.iter().map(Note::to_json).collect()
    }

    /// Forgets the notes; that a code came before is still known.
    pub(crate) fn clear(&mut self) {
        self.notes.clear();
    }

    fn is_code_again(&mut self, now: u64, request: &Request) -> bool {
        let Some(code) = code(request).filter(|_| Place::of(request.path()) == Place::Tokens) else {
            return false;
        };
        let hash = URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, code.as_bytes()));
        let again = self.codes.get(now, &hash).is_some();
        self.codes.insert(now, hash, ());
        again
    }
}

impl Note {
    /// What may be kept of a request and its answer.
    pub(crate) fn of(time: u64, request: &Request, answer: &Answer, mask: &Mask<'_>) -> Self {
        let mut parameters: Vec<_> =
            parameters(request).into_iter().take(NAMES).map(|(name, _)| mask.name(&name)).collect();
        parameters.dedup();
        Self {
            time,
            method: mask.name(request.method.as_str()),
            path: mask.path(&format!("{}{}", request.prefix(), request.path())),
            parameters,
            authorization: authorization(request),
            status: answer.status.as_u16(),
            explanation: String::new(),
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

fn code(request: &Request) -> Option<String> {
    parameters(request).into_iter().find(|(name, _)| name == "code").map(|(_, code)| code)
}

/// Names and values of the query, and of the body if it is a form or a JSON object.
fn parameters(request: &Request) -> Vec<(String, String)> {
    let mut parameters: Vec<_> = form_urlencoded::parse(request.query()).into_owned().collect();
    let content_type =
        request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        parameters.extend(form_urlencoded::parse(&request.body).into_owned());
    } else if let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&request.body) {
        let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
        parameters.extend(object.into_iter().map(|(name, value)| (name, text(value))));
    }
    parameters
}
