//! The pages of the emulator: plain HTML, escaped by maud, with nothing loaded from anywhere and no script.
//!
//! They say "emulator" at the top and bear none of Clever's marks, so that nobody takes them for Clever's. A file for each
//! page; all of them stand in the same frame:
//!
//! - `frame`, `style`: what is around every page, and how it looks;
//! - `way`, `parts`: what several pages have in common;
//! - `picker`: which school is yours?
//! - `login`, `provider`, `badge`: who are you? `people`, `own_claims`: short ways for developers;
//! - `confirmation`: is it still you?
//! - `portal`: your apps;
//! - `refusal`: why it does not go on.

mod badge;
mod confirmation;
#[cfg(test)]
mod contrast;
mod frame;
mod login;
mod own_claims;
mod parts;
mod people;
mod picker;
mod portal;
mod provider;
mod refusal;
mod style;
mod way;

pub(crate) use badge::badge;
pub(crate) use confirmation::confirmation;
pub(crate) use frame::frame;
pub(crate) use login::{LoginPage, SentClaims, login};
pub(crate) use picker::{PickerPage, picker};
pub(crate) use portal::{PortalPage, portal};
pub(crate) use provider::provider;
pub(crate) use refusal::{RefusalPage, other_person, refusal};
pub(crate) use way::Way;
