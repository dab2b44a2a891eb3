//! Log in with Clever: the whole login, verified.
//!
//! ```no_run
//! use clever_sso::{Client, Config, LoginOptions, Outcome};
//!
//! # async fn example() -> clever_sso::Result<()> {
//! let config = Config::builder("client-id").client_secret("client secret").redirect_uri("https://app.example/callback");
//! let client = Client::new(config.build()?)?;
//!
//! let login = client.begin_login(&LoginOptions::new().return_to("/grades"))?;
//! // Send the browser to login.url with login.set_cookies; when it comes back with its cookies:
//! # let (callback, cookies) = ("", "");
//! let outcome = client.finish_login(callback, cookies).await?;
//! for cookie in outcome.set_cookies() {
//!     println!("Set-Cookie: {}", cookie.header());
//! }
//! match outcome {
//!     Outcome::SignedIn(signed_in) => println!("start a session for {}", signed_in.identity.id),
//!     Outcome::Restart(restart) => println!("go to {}", restart.login.url),
//!     Outcome::Denied(denied) => println!("{}", denied.error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `client` (default): [`Client`], which sends requests with reqwest and rustls. Without it, the crate contains the verifier
//!   of ID tokens, [`journey`] and [`protocol`], and no HTTP client.
//! - `blocking`: [`blocking::Client`], for code without async.
//! - `web`: [`web`], login pages for any framework: cookies, status codes, pages, and a check that refuses requests that must not
//!   act.
//! - `axum`: [`axum`], login pages for axum with tower-sessions: `protect` a router, and take a `Person` as a handler argument.
//! - `actix`: [`actix`](https://docs.rs/clever-sso/latest/clever_sso/actix/), login pages for actix-web with actix-session:
//!   `protect` an application, and take a `Person` as a handler argument.
//! - `command`: the command `clever-sso`, which checks a setup: `cargo install clever-sso --features command`.
//!
//! # Where things are
//!
//! - [`Config`]: your settings. [`Client`]: for async callers; [`blocking::Client`]: for all others.
//! - [`Outcome`]: the result of a login; [`Identity`]: who logged in.
//! - [`Error`], [`ErrorCode`]: the catalogue of failures.
//! - [`Client::doctor`], [`Report`]: what is wrong with a setup, and what to do.
//! - [`ClearingAllocator`]: an allocator that leaves no secret on the heap.
//! - [`journey`]: the whole login, and [`protocol`]: every exchange as a pair of pure functions, for applications with their own
//!   HTTP client.

#![cfg_attr(
    not(feature = "__face"),
    expect(dead_code, unreachable_pub, unused_imports, reason = "the faces in other languages use it")
)]
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "unit tests have servers, files and threads"))]

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "__face")]
#[doc(hidden)]
pub mod background;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod journey;
pub mod protocol;
#[cfg(feature = "web")]
pub mod web;

mod accepted;
#[cfg(feature = "client")]
mod ahead;
mod browser;
#[cfg(feature = "client")]
mod client;
mod clock;
mod config;
#[cfg(feature = "client")]
mod doctor;
mod entropy;
mod error;
#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "client")]
mod keys;
mod login;
#[cfg(feature = "__face")]
#[doc(hidden)]
pub mod observed;
mod process;
#[cfg(feature = "blocking")]
mod runtime_pool;
#[cfg(feature = "client")]
mod runtimes;
mod secret;
mod sentences;
mod set_cookie;
#[cfg(feature = "client")]
mod shared;
#[cfg(feature = "client")]
mod stats;
#[cfg(test)]
#[path = "../tests/network/stopped_clock.rs"]
mod stopped_clock;
#[cfg(feature = "client")]
mod transport;
mod urls;

pub use browser::{BrowserRequest, Endpoint, Refusal};
#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "__face")]
#[doc(hidden)]
pub use clock::unix_time;
pub use config::{Config, ConfigBuilder};
#[cfg(feature = "__face")]
#[doc(hidden)]
pub use config::{SETTINGS, Setting, SettingNames, SettingValue};
#[cfg(feature = "client")]
pub use doctor::{Finding, Level, Report};
pub use error::{Actor, Error, ErrorCode, ErrorKind, Result};
pub use login::{Denied, Login, LoginOptions, Outcome, Restart, SignedIn, leads_to, login_key_of_callback};
pub use process::ClearingAllocator;
#[cfg(feature = "__face")]
#[doc(hidden)]
pub use process::{make_thread_keys, while_no_fork_is_made};
pub use protocol::api::{District, Me, User, UserInfo};
pub use protocol::authorize::ResponseType;
pub use protocol::callback::{Callback, parse_callback};
pub use protocol::discovery::Metadata;
pub use protocol::id_token::{Claims, Expected, verify_id_token_with};
pub use protocol::identity::{Identity, Proof};
pub use protocol::json::Member;
pub use protocol::jws::KeySet;
pub use protocol::person::{IntoRoles, Name, Role, RoleName, UserType};
#[cfg(feature = "__face")]
#[doc(hidden)]
pub use protocol::text::{is_switched_on, printable};
pub use protocol::token::Tokens;
pub use protocol::tokeninfo::TokenInfo;
pub use secret::Secret;
#[cfg(feature = "__face")]
#[doc(hidden)]
pub use sentences::{Language, Sentence, all as all_sentences};
pub use set_cookie::SetCookie;
#[cfg(feature = "client")]
pub use stats::{Sample, Stats};
#[cfg(feature = "__face")]
#[doc(hidden)]
pub use stats::{count_logins, metrics};
pub use urls::AuthorizeOptions;

// Crates whose types are in the signatures of this crate.
pub use http;
pub use serde_json;

/// Compiles the code in the README.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// Compiles the code in the guide.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../tests/guide.md")]
struct Guide;
