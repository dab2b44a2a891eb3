//! A Clever to run on your own machine.
//!
//! The emulator answers as Clever's OAuth 2.0 and OIDC endpoints do, with people who do not exist, so
//! that "Log in with Clever" can be developed and tested without an account, a network or real students. It is
//! both a binary (`clever-emulator`) and this library, for tests in Rust:
//!
//! ```
//! use clever_emulator::{App, Emulator, Options};
//!
//! let app = App::new("my-client-id", "my-secret", "http://127.0.0.1:5000/callback").with_oidc();
//! let emulator = Emulator::start(Options::new().app(app).auto_login("ada"))?;
//! let issuer = emulator.base_url();
//! assert!(issuer.starts_with("http://127.0.0.1:"));
//! # Ok::<(), clever_emulator::StartError>(())
//! ```
//!
//! It listens on the loopback address unless told otherwise, speaks plain HTTP, keeps everything in memory, and stops when it is
//! dropped. It is no identity provider: whoever can reach it can be anybody in it.
//!
//! What is where:
//! - `address`, `options`, `apps`, `app_error`, `world`: what the emulator is told, and who lives in it;
//! - `clock`, `random`: the only sources of time and chance;
//! - `expiring`, `grants`, `rate_limit`: what is remembered, and for how long;
//! - `signing`, `keys`, `id_token`: the keys and what they sign;
//! - `own_claims`: claims that a developer chose for one login;
//! - `district_token`: what an app reads a district with;
//! - `request`, `responses`, `etag`, `parameters`, `redirect_uri`, `cookies`, `pages`: HTTP and HTML in small pieces;
//! - `http`: what happens to every request around its endpoint;
//! - `endpoints`: one file for each concern of Clever's;
//! - `scenarios`, `place`: what each scenario does otherwise than Clever, and where;
//! - `journal`, `log`: what clients sent, without a secret in it;
//! - `desk`: the page that shows all of this to a developer;
//! - `shared`, `around`, `server`: all of it together, on a socket.

mod address;
mod app_error;
mod apps;
mod around;
mod clock;
mod cookies;
mod desk;
mod district_token;
mod endpoints;
mod etag;
mod expiring;
mod grants;
mod http;
mod id_token;
mod journal;
mod keys;
mod log;
mod options;
mod own_claims;
mod pages;
mod parameters;
mod place;
mod random;
mod rate_limit;
mod redirect_uri;
mod request;
mod responses;
mod scenarios;
mod server;
mod shared;
mod signing;
mod world;

pub use app_error::AppError;
pub use apps::App;
pub use options::{Options, StartError};
pub use scenarios::{Scenario, scenarios};
pub use server::Emulator;
pub use world::{District, LoginMethod, Person, Role, School, UserType, World, WorldError};
