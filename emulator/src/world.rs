//! The world of the emulator: districts, schools, people, and the apps they log in to.
//!
//! A world comes from one TOML text, including the built-in one. Its people are made up, and chosen for what a login must
//! handle. Ids look like Clever's (24 lowercase hexadecimal digits). As in API v3, a person has one id in all roles, and each
//! role keeps its old id as `legacy_id`. For students, the two are the same unless the id changed.
//!
//! - `person`, `district`, `apps`: who and what is in a world; `model`: the world itself;
//! - `home`: where people sign in; `badge`: the code on a badge; `search`: how people find their school;
//! - `file`: reads the TOML text, or refuses it with `error`;
//! - `derived`, `grade`: details that the text does not have, made from an id;
//! - `built_in`: the default world and app;
//! - `reload`: reads a file again when it changes; `additions`: people and apps added while the emulator runs.

mod additions;
mod apps;
mod badge;
mod built_in;
pub(crate) mod derived;
mod district;
mod error;
mod file;
pub(crate) mod grade;
mod home;
mod model;
mod person;
mod reload;
mod search;

pub use apps::{App, AppError};
pub(crate) use apps::{COLORS, SCOPES};
pub use district::{District, LoginMethod, School};
pub(crate) use error::LoadError;
pub use error::WorldError;
pub(crate) use home::Home;
pub use model::World;
pub use person::{Person, Role, UserType};
pub(crate) use reload::{LiveWorld, Source};
pub(crate) use search::Found;
