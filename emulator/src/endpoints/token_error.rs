//! The errors of the token endpoint (RFC 6749 section 5.2), and the journal's line for each.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use serde_json::json;

use crate::http::answer::Answer;
use crate::http::answer_kinds::BASIC_CHALLENGE;
use crate::http::request::Request;

/// One of the RFC's error words with a description for the app, and the true reason for the journal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    line: Cow<'static, str>,
}

impl TokenError {
    pub(super) fn invalid_request(description: &'static str, line: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_request", description, line: line.into() }
    }

    /// Clever requires the header; a chunked body has none (RFC 9112 section 6.2).
    pub(super) fn length_required() -> Self {
        let description = "the header Content-Length is missing";
        let line =
            "the body is chunked, but Clever requires a Content-Length; the code is still valid".into();
        Self { status: StatusCode::LENGTH_REQUIRED, error: "invalid_request", description, line }
    }

    pub(super) fn invalid_grant(description: &'static str, line: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_grant", description, line: line.into() }
    }

    /// One answer for every wrong pair of credentials, so that it does not reveal which half is wrong. The journal does.
    pub(super) fn invalid_client(line: &'static str) -> Self {
        let description = "the client credentials are missing or wrong";
        let line = line.into();
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description, line }
    }

    pub(super) fn unsupported_grant_type(line: &'static str) -> Self {
        let description = "grant_type must be authorization_code";
        let line = line.into();
        Self { status: StatusCode::BAD_REQUEST, error: "unsupported_grant_type", description, line }
    }

    /// The same, and says that the code can still be exchanged.
    pub(super) fn with_code_unspent(self) -> Self {
        Self { line: format!("{}; the code is still valid", self.line).into(), ..self }
    }

    /// A client that used the header gets the scheme (RFC 6749 section 5.2). Others do not, because a browser would ask the
    /// person for a password.
    pub(super) fn into_answer(self, request: &Request) -> Answer {
        let body = json!({ "error": self.error, "error_description": self.description });
        let answer = Answer::json(self.status, &body, self.line).not_stored();
        if self.status == StatusCode::UNAUTHORIZED && request.headers.contains_key(AUTHORIZATION) {
            return answer.with_header(WWW_AUTHENTICATE, BASIC_CHALLENGE);
        }
        answer
    }
}

/// A random value or a key could not be created.
impl From<aws_lc_rs::error::Unspecified> for TokenError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        let description = "the emulator could not make a token";
        let line = description.into();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, error: "server_error", description, line }
    }
}
