//! The errors of the token endpoint (RFC 6749 section 5.2).

use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::Response;
use serde_json::json;

use crate::responses;

/// One of the RFC's error words, and a description.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl TokenError {
    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_request", description }
    }

    /// Clever demands the header; a body in chunks has none (RFC 9112 section 6.2).
    pub(super) fn length_required() -> Self {
        let description = "the header Content-Length is missing";
        Self { status: StatusCode::LENGTH_REQUIRED, error: "invalid_request", description }
    }

    pub(super) fn invalid_grant(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_grant", description }
    }

    /// One answer for every wrong pair of credentials, so that it does not tell which half is wrong.
    pub(super) fn invalid_client() -> Self {
        let description = "the client credentials are missing or wrong";
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description }
    }

    pub(super) fn unsupported_grant_type() -> Self {
        let description = "grant_type must be authorization_code";
        Self { status: StatusCode::BAD_REQUEST, error: "unsupported_grant_type", description }
    }

    pub(super) fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let response = responses::json(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            return responses::with_header(response, WWW_AUTHENTICATE, r#"Basic realm="Clever emulator""#);
        }
        response
    }
}

/// Chance or the signature key failed the emulator.
impl From<aws_lc_rs::error::Unspecified> for TokenError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        let description = "the emulator could not make a token";
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, error: "server_error", description }
    }
}
