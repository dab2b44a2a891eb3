//! The input of a scenario: only the parts of a request or login that it needs.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use crate::http::route::Route;
use crate::keys::Keys;
use crate::keys::signing::SigningKey;
use crate::memory::counts::Tally;
use crate::memory::grants::Grants;

/// The request that an answer is for.
pub(crate) struct Context<'a> {
    pub(crate) route: Route,
    pub(crate) path: &'a str,
    /// Did the client send `Authorization`?
    pub(crate) has_authorization: bool,
    /// The access token of the request, valid or not.
    pub(crate) access_token: Option<Cow<'a, str>>,
    /// The base URL of the emulator, without a scenario.
    pub(crate) emulator_url: String,
    /// Unix seconds.
    pub(crate) now: u64,
    pub(crate) grants: &'a Mutex<Grants>,
    pub(crate) tally: &'a Mutex<Tally>,
}

/// The login that an ID token is about.
pub(crate) struct Login<'a> {
    pub(crate) key: Arc<SigningKey>,
    pub(crate) client_id: &'a str,
    pub(crate) access_token: &'a str,
    /// Unix seconds.
    pub(crate) now: u64,
    pub(crate) keys: &'a Keys,
    pub(crate) tally: &'a Mutex<Tally>,
}
