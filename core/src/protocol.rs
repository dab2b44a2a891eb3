//! The protocol, pure: no sockets, no clock, no random numbers, no logging.
//!
//! Every exchange with Clever is a pair: `…_request` builds an HTTP request as a value, `…_response` checks an HTTP response
//! value. Time and random bytes are arguments. So every rule can be tested with literal values, and you can use the protocol with
//! another HTTP client.
//!
//! ```
//! use clever_sso::protocol::{Response, discovery_request, discovery_response, jwks_request, jwks_response};
//! use clever_sso::{KeySet, Result};
//!
//! fn fetch_keys(send: impl Fn(clever_sso::protocol::Request) -> Response) -> Result<KeySet> {
//!     let issuer = "https://clever.com";
//!     let metadata = discovery_response(&send(discovery_request(issuer)?), issuer)?;
//!     KeySet::parse(&jwks_response(&send(jwks_request(&metadata.jwks_uri)?))?)
//! }
//! ```

pub(crate) mod address;
pub(crate) mod api;
pub(crate) mod authorize;
pub(crate) mod callback;
pub(crate) mod discovery;
mod exchange;
pub(crate) mod id_token;
pub(crate) mod identity;
pub(crate) mod json;
pub(crate) mod jwks;
pub(crate) mod jws;
mod message;
pub(crate) mod pause;
// Functions with which the tests encrypt values themselves.
#[cfg(feature = "__face")]
#[doc(hidden)]
pub mod pending;
#[cfg(not(feature = "__face"))]
pub(crate) mod pending;
pub(crate) mod person;
pub(crate) mod text;
pub(crate) mod token;
pub(crate) mod tokeninfo;

pub use api::{
    district_request, district_response, me_request, me_response, own_user_response, person_response,
    user_request, user_response, userinfo_request, userinfo_response,
};
pub use authorize::{AuthorizeParameters, authorize_url, instant_login_url, portal_url};
pub use discovery::{request as discovery_request, response as discovery_response};
pub use identity::{from_api as identity_from_api, from_claims as identity_from_claims};
pub use jwks::{request as jwks_request, response as jwks_response};
pub use jws::verify as verify_jws;
pub(crate) use message::ThroughProxy;
pub use message::{Request, Response};
pub use token::{request as token_request, response as token_response};
pub use tokeninfo::{request as tokeninfo_request, response as tokeninfo_response};
