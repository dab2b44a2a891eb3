//! HTTP in small pieces.
//!
//! - `request`, `answer`: input and output of an endpoint; `answer_kinds`: JSON, pages, redirects;
//! - `delivery`: how an answer is sent: whole, late, or cut off;
//! - `parameters`, `cookies`, `redirect_uri`: what is in a request;
//! - `connections`: limits their number, and the time of a request; `write_limit`: limits the time of an answer;
//! - `language`: the language of a person;
//! - `route`: the resource of a request; `verbatim`: JSON values exactly as written;
//! - `address`: where the emulator is, as its clients name it;
//! - `middleware`: what happens around every endpoint, with `host_guard`, `cors` and `etag`.

pub(crate) mod address;
pub(crate) mod answer;
pub(crate) mod answer_kinds;
pub(crate) mod connections;
pub(crate) mod cookies;
pub(crate) mod cors;
mod delivery;
pub(crate) mod etag;
pub(crate) mod host_guard;
pub(crate) mod language;
pub(crate) mod middleware;
pub(crate) mod parameters;
pub(crate) mod redirect_uri;
pub(crate) mod request;
pub(crate) mod route;
pub(crate) mod verbatim;
mod write_limit;
