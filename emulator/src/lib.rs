//! A Clever to run on your own machine.
//!
//! The emulator works like Clever's OAuth 2.0 and OIDC endpoints, with made-up people, so that you can develop and test "Log
//! in with Clever" without an account, a network or real students. It is both a binary (`clever-emulator`) and this library,
//! for tests in Rust:
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
//! The feature `cli`, which is on by default, is the command. Tests take the crate without it:
//! `cargo add --dev clever-emulator --no-default-features`.
//!
//! By default, it listens on the loopback address. It speaks plain HTTP, keeps everything in memory, and stops when it is
//! dropped. It is not an identity provider: anyone who can reach it can log in as anyone.
//!
//! What is where:
//! - `server`: the whole emulator on a socket, with its options;
//! - `system`: the only sources of time and random numbers, and the only way to standard error;
//! - `http`: requests, answers and the middleware around every endpoint;
//! - `endpoints`: Clever's endpoints, one file for each concern; `pages`: what people see;
//! - `world`: people, districts and apps;
//! - `keys`: the signature keys and what they sign;
//! - `memory`: what is remembered, and for how long, with the journal of requests;
//! - `scenarios`: what each scenario does differently from Clever;
//! - `desk`: the page that shows all of this to a developer.
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "unit tests connect to it"))]

mod desk;
mod endpoints;
mod http;
mod keys;
mod memory;
mod pages;
mod scenarios;
mod server;
mod system;
mod world;

/// For the command line only.
#[doc(hidden)]
pub use http::address::needs_development;
#[doc(hidden)]
pub use system::output::{Output, STANDARD_ERROR, STANDARD_OUTPUT};

#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub use server::in_memory::InMemory;

pub use scenarios::{Scenario, scenarios};
pub use server::options::{Options, StartError};
pub use server::{Emulator, JournalEntry};
pub use world::{App, AppError, District, LoginMethod, Person, Role, School, UserType, World, WorldError};

/// Compiles the code of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
