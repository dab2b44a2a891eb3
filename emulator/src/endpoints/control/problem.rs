//! The body of a request to a control, and what is wrong with a request.

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::http::answer::Answer;
use crate::http::request::Request;
use crate::http::responses::NOT_IN_JOURNAL;
use crate::keys::verbatim;

/// A status, a word and a sentence.
pub(in crate::endpoints) struct Problem {
    status: StatusCode,
    error: &'static str,
    message: String,
}

impl Problem {
    pub(in crate::endpoints) fn request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_request", message: message.into() }
    }

    pub(in crate::endpoints) fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, error: "not_found", message: message.into() }
    }

    pub(in crate::endpoints) fn method(message: impl Into<String>) -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, error: "method_not_allowed", message: message.into() }
    }

    pub(in crate::endpoints) fn forbidden(message: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, error: "forbidden", message: message.into() }
    }

    pub(in crate::endpoints) fn into_answer(self) -> Answer {
        Answer::json(self.status, &json!({ "error": self.error, "message": self.message }), NOT_IN_JOURNAL)
    }
}

/// The JSON object of a body, with these members and no other: a misspelled one would be ignored without a word.
pub(super) fn body_with(request: &Request, members: &[&str]) -> Result<Map<String, Value>, Problem> {
    let body = body(request)?;
    match body.keys().find(|name| !members.contains(&name.as_str())) {
        Some(unknown) => {
            let message = format!("There is no member {unknown:?} here, only: {}.", members.join(", "));
            Err(Problem::request(message))
        }
        None => Ok(body),
    }
}

/// The JSON object of a body. The type it says it has is ignored, because curl calls every body a form.
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

/// The value of a member. Claims stay as they are written, for they may be wrong on purpose.
fn value(name: &str, raw: &str) -> Result<Value, String> {
    if name == "claims" && raw.starts_with('{') {
        return verbatim::object(raw).map(Value::Object);
    }
    serde_json::from_str(raw).map_err(|error| verbatim::reason(&error))
}

impl From<Unspecified> for Problem {
    fn from(_: Unspecified) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: "server_error",
            message: "The emulator could not make a random value or a key.".into(),
        }
    }
}
