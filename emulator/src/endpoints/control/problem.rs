//! The body of a request to a control, and what is wrong with a request.

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::http::header::ALLOW;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::http::answer::Answer;
use crate::http::answer_kinds::NOT_IN_JOURNAL;
use crate::http::request::Request;
use crate::http::verbatim;

/// A status, a word and a sentence.
pub(in crate::endpoints) struct Problem {
    status: StatusCode,
    error: &'static str,
    message: String,
    /// The methods that are allowed instead, if it is about the method (RFC 9110 section 15.5.6).
    allow: Option<String>,
}

impl Problem {
    pub(in crate::endpoints) fn request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    pub(in crate::endpoints) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// `what` accepts only these methods.
    pub(in crate::endpoints) fn method(what: &str, methods: &[&str]) -> Self {
        let message = format!("{what} takes {}.", methods.join(" and "));
        let head = methods.contains(&"GET").then_some("HEAD");
        let allow = methods.iter().copied().chain(head).collect::<Vec<_>>().join(", ");
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message);
        Self { allow: Some(allow), ..problem }
    }

    pub(in crate::endpoints) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub(in crate::endpoints) fn into_answer(self) -> Answer {
        let body = json!({ "error": self.error, "message": self.message });
        let answer = Answer::json(self.status, &body, NOT_IN_JOURNAL);
        match self.allow {
            Some(methods) => answer.with_header(ALLOW, &methods),
            None => answer,
        }
    }

    fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error, message: message.into(), allow: None }
    }
}

/// The JSON object of a body, with only these members: otherwise, a misspelled member would be silently ignored.
pub(super) fn body_with(request: &Request, members: &[&str]) -> Result<Map<String, Value>, Problem> {
    let body = body(request)?;
    match body.keys().find(|name| !members.contains(&name.as_str())) {
        Some(unknown) => {
            let message = format!("Unknown member {unknown:?}. The members are: {}.", members.join(", "));
            Err(Problem::request(message))
        }
        None => Ok(body),
    }
}

/// The JSON object of a body. Its Content-Type is ignored, because curl calls every body a form.
pub(super) fn body(request: &Request) -> Result<Map<String, Value>, Problem> {
    let wrong = |reason: &str| {
        let message = "The body must be one JSON object, for example {\"person\": \"ada\"}";
        Problem::request(format!("{message} ({reason})."))
    };
    let text = std::str::from_utf8(&request.body).map_err(|_| wrong("it is not UTF-8"))?;
    let members = verbatim::members(text).map_err(|reason| wrong(&reason))?;
    let read = |(name, raw): (String, Box<RawValue>)| match value(&name, raw.get()) {
        Ok(value) => Ok((name, value)),
        Err(reason) => Err(Problem::request(format!("{name}: {reason}."))),
    };
    members.into_iter().map(read).collect()
}

/// The value of a member. Claims stay as they are written, because they may be wrong on purpose.
fn value(name: &str, raw: &str) -> Result<Value, String> {
    if name == "claims" && raw.starts_with('{') {
        return verbatim::object(raw).map(Value::Object);
    }
    serde_json::from_str(raw).map_err(|error| verbatim::reason(&error))
}

impl From<Unspecified> for Problem {
    fn from(_: Unspecified) -> Self {
        let message = "The emulator could not make a random value or a key.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", message)
    }
}
