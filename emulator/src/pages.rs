//! The pages of the emulator: plain HTML, escaped by maud. They load nothing and run no script.
//!
//! They say "emulator" at the top and show none of Clever's trademarks, so that they cannot be mistaken for Clever's pages.
//! Each file answers one question of the person, and all pages share a frame:
//!
//! - `frame`, `style`: the shared parts of the pages, and their style;
//! - `picker`: which school is yours?
//! - `login`: who are you, and is it still you? `developers`: short ways to sign in;
//! - `portal`: your apps;
//! - `refusal`: why the login cannot continue.

mod developers;
mod frame;
mod login;
mod picker;
mod portal;
mod refusal;
mod style;

pub(crate) use developers::SentClaims;
pub(crate) use frame::{LoginContext, frame};
pub(crate) use login::{LoginPage, badge, confirmation, login, provider};
pub(crate) use picker::{PickerPage, picker};
pub(crate) use portal::{PortalApp, PortalPage, portal};
pub(crate) use refusal::{RefusalPage, other_person, refusal};
