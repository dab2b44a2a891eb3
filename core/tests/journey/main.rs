//! What the emulator receives during a login, and what a login never does, whatever the browser sends.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "a test may")]

#[path = "../cases/browser.rs"]
mod browser;
mod browsers;
mod face {
    //! The fields of a step, for the browser's file.
    pub(crate) type Fields = std::collections::BTreeMap<String, String>;
}
mod driven;
mod explored;
mod model;
mod requests;
mod restarts;
mod return_to;
mod scene;
mod sealing;
mod tabs;
mod types;
