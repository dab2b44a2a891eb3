//! Log in with Clever: the whole journey of a login, verified.
//!
//! ```no_run
//! use clever_sso::{Config, LoginOptions, Outcome, blocking::Client};
//!
//! let config = Config::builder("client id").client_secret("client secret").redirect_uri("https://app.example/callback");
//! let client = Client::new(config.build()?)?;
//!
//! let login = client.begin_login(&LoginOptions::default())?;
//! // Send the browser to login.url with login.set_cookies; when it comes back with its cookies:
//! # let (callback, cookies) = ("", "");
//! let outcome = client.finish_login(callback, cookies)?;
//! for cookie in outcome.set_cookies() {
//!     println!("Set-Cookie: {}", cookie.header());
//! }
//! match outcome {
//!     Outcome::SignedIn(signed_in) => println!("start a session for {}", signed_in.identity.id),
//!     Outcome::Restart(restart) => println!("go to {}", restart.login.url),
//!     Outcome::Denied(denied) => println!("{}", denied.error),
//! }
//! # Ok::<(), clever_sso::Error>(())
//! ```
//!
//! - [`Config`]: what the operator knows. [`Client`] for async callers, [`blocking::Client`] for all others;
//!   [`background`] is for event loops of another kind than tokio's.
//! - [`Outcome`]: what came of a login; [`Identity`]: who logged in.
//! - [`Error`], [`ErrorCode`]: the catalogue of failures.
//! - [`ClearingAllocator`]: leaves no secret on the heap.
//! - [`journey`]: the whole login, and [`protocol`]: every exchange as a pair of pure functions, for those who bring their own
//!   HTTP client.

#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "unit tests have servers, files and threads"))]

pub mod background;
pub mod blocking;
pub mod journey;
pub mod protocol;

mod ahead;
mod browser;
mod client;
mod clock;
mod config;
mod entropy;
mod error;
mod keys;
mod login;
mod process;
mod runtime_pool;
mod runtimes;
mod secret;
mod set_cookie;
#[cfg(test)]
#[path = "../tests/network/stopped_clock.rs"]
mod stopped_clock;
mod transport;
mod urls;

pub use browser::{BrowserRequest, Endpoint, Refusal};
pub use client::Client;
#[doc(hidden)]
pub use clock::unix_time;
pub use config::{Config, ConfigBuilder};
#[doc(hidden)]
pub use config::{SETTINGS, Setting, SettingNames, SettingValue};
pub use error::{Actor, Error, ErrorCode, ErrorKind, Result};
pub use login::{Denied, Login, LoginOptions, Outcome, Restart, SignedIn, leads_to, login_key_of_callback};
pub use process::ClearingAllocator;
#[doc(hidden)]
pub use process::{make_thread_keys, while_no_fork_is_made};
pub use protocol::Member;
pub use protocol::api::{District, Me, User, UserInfo};
pub use protocol::authorize::ResponseType;
pub use protocol::callback::{Callback, parse_callback};
pub use protocol::discovery::Metadata;
pub use protocol::id_token::{Claims, Expected, verify_id_token_with};
pub use protocol::identity::{Identity, Proof};
pub use protocol::jws::{self, KeySet};
pub use protocol::person::{Name, Role, RoleName, UserType};
pub use protocol::text::is_switched_on;
#[doc(hidden)]
pub use protocol::text::printable;
pub use protocol::token::Tokens;
pub use protocol::tokeninfo::TokenInfo;
pub use secret::Secret;
pub use set_cookie::SetCookie;
pub use urls::AuthorizeOptions;

// What stands in the signatures of this crate.
pub use http;
pub use serde_json;
