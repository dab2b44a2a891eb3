//! The apps that can send people here to log in.
//!
//! - `app`: what an app is; `written`: an app on the command line;
//! - `check`, `error`: the rules for an app, and which one it breaks;
//! - `access`: who may log in to it;
//! - `icon`: how the portal shows it;
//! - `registry`: all of them.

mod access;
mod app;
mod check;
mod error;
mod icon;
mod registry;
mod written;

pub use app::App;
pub(crate) use app::SCOPES;
pub(crate) use check::shown;
pub use error::AppError;
pub(crate) use icon::COLORS;
pub(crate) use registry::Apps;
