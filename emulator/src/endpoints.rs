//! Clever's endpoints, one file for each concern.
//!
//! Each is a function from a whole request to a whole answer. None of them waits, logs, or knows of the socket.

use axum::response::Response;

use crate::http::request::Request;
use crate::http::responses;
use crate::shared::Shared;

pub(crate) mod api;
pub(crate) mod authorize;
pub(crate) mod badge;
pub(crate) mod bearer;
mod client_authentication;
pub(crate) mod control;
pub(crate) mod custom_claims;
pub(crate) mod desk;
pub(crate) mod discovery;
pub(crate) mod district_picker;
pub(crate) mod district_tokens;
pub(crate) mod health;
pub(crate) mod login;
pub(crate) mod portal;
pub(crate) mod provider;
mod refusal;
mod same_origin;
mod session;
mod target;
pub(crate) mod token_error;
pub(crate) mod tokeninfo;
pub(crate) mod tokens;
mod visitor;

/// What an endpoint is.
pub(crate) type Endpoint = fn(&Shared, &Request) -> Response;

/// Whatever Clever does not have, and whatever method it does not take: the 404 of its servers.
pub(crate) fn not_found(_: &Shared, request: &Request) -> Response {
    responses::cannot(request.method.as_str(), request.path())
}
