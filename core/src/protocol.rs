//! The protocol, pure: no sockets, no clock, no random numbers, no logging.
//!
//! Every exchange with Clever is a pair: `request(..)` builds an HTTP request value, `response(..)` judges an HTTP
//! response value. Time and random bytes are arguments. So every rule can be tested with literals, and anybody can
//! drive the protocol with another HTTP client.

pub mod api;
pub mod authorize;
pub mod callback;
pub mod discovery;
pub mod id_token;
pub mod identity;
pub mod jwks;
pub mod jws;
pub mod pending;
pub mod person;
pub mod token;
pub mod tokeninfo;

pub(crate) mod address;
mod exchange;
mod json;
pub(crate) mod pause;
pub(crate) mod text;

pub use json::Member;

/// An HTTP request as a value. The body is small, so it is bytes.
pub type Request = http::Request<Vec<u8>>;
/// An HTTP response as a value.
pub type Response = http::Response<Vec<u8>>;

/// An extension of a response: the proxy that it came through, as it may be shown. It may be the proxy's own answer.
#[derive(Clone)]
pub(crate) struct ThroughProxy(pub(crate) String);
