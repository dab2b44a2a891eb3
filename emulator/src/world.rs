//! Who lives in the emulator: districts, schools, people, and the apps they log in to.
//!
//! A world comes from one TOML text, and so does the built-in one. Nobody in it exists: its people are chosen for what a login
//! must handle. Ids look like Clever's (24 lowercase hexadecimal digits). As in API v3, one id stands for a person in all
//! roles, and each role keeps the id it had before as `legacy_id`. For students the two are the same unless the id changed.
//!
//! - `person`, `district`, `apps`: who and what is in a world; `model`: the world itself;
//! - `home`: where people sign in; `badge`: the code on a badge; `search`: how people find their school;
//! - `file`: reads the TOML text, or refuses it with `error`;
//! - `derived`, `grade`: what the text leaves out, made from an id;
//! - `built_in`: the world and the app of an emulator that is given no other;
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
