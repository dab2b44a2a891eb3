//! The pages of the emulator: plain HTML, escaped by maud. They load nothing and run no script.
//!
//! They say "emulator" at the top and show none of Clever's marks, so that nobody takes them for Clever's. There is a file for
//! each page, and all of them share a frame:
//!
//! - `frame`, `style`: what is around every page, and how it looks;
//! - `login_context`: at which home somebody signs in, and where they go afterwards;
//! - `picker`: which school is yours?
//! - `login`, `provider`, `badge`: who are you? `developers`: short ways to sign in;
//! - `confirmation`: is it still you?
//! - `portal`: your apps;
//! - `refusal`: why the login cannot go on.

mod badge;
mod confirmation;
mod developers;
mod frame;
mod login;
mod login_context;
mod picker;
mod portal;
mod provider;
mod refusal;
mod style;

pub(crate) use badge::badge;
pub(crate) use confirmation::confirmation;
pub(crate) use developers::SentClaims;
pub(crate) use frame::frame;
pub(crate) use login::{LoginPage, login};
pub(crate) use login_context::LoginContext;
pub(crate) use picker::{PickerPage, picker};
pub(crate) use portal::{PortalPage, portal};
pub(crate) use provider::provider;
pub(crate) use refusal::{RefusalPage, other_person, refusal};
