//! What is wrong with a request to a control.

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::http::responses;

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

    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, error: "forbidden", message: message.into() }
    }

    pub(in crate::endpoints) fn into_response(self) -> Response {
        responses::json(self.status, &json!({ "error": self.error, "message": self.message }))
    }
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
