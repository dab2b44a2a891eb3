//! What the emulator receives in a journey, and what no journey does, whatever the browser brings back.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "a test may")]

#[path = "../cases/browser.rs"]
mod browser;
mod browsers;
mod face {
    //! What the browser's file calls a step's fields.
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
