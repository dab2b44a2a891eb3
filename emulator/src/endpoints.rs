//! Clever's endpoints, one file for each concern.
//!
//! Each is a function from a [`Call`](call::Call) to an [`Answer`](crate::http::answer::Answer), which has its own line for the
//! journal. None of them waits, logs, or uses the socket.

pub(crate) mod api;
pub(crate) mod authorize;
pub(crate) mod bearer;
pub(crate) mod call;
mod client_authentication;
pub(crate) mod control;
pub(crate) mod desk;
pub(crate) mod discovery;
pub(crate) mod district_picker;
pub(crate) mod district_tokens;
pub(crate) mod health;
pub(crate) mod login;
pub(crate) mod not_found;
pub(crate) mod portal;
mod refusal;
mod same_origin;
mod session;
mod target;
mod token_error;
pub(crate) mod tokeninfo;
pub(crate) mod tokens;
pub(crate) mod trace;
mod visitor;
