//! HTTP in small pieces.
//!
//! - `request`, `answer`: what an endpoint gets and gives; `answer_kinds`: JSON, pages, redirects;
//! - `delivery`: how an answer is sent: whole, late, or cut off;
//! - `parameters`, `cookies`, `redirect_uri`: what is in a request;
//! - `connections`: how many there may be, and how long a request may take; `write_limit`: how long an answer may take;
//! - `route`: what a request is about; `verbatim`: JSON values as somebody wrote them;
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
pub(crate) mod middleware;
pub(crate) mod parameters;
pub(crate) mod redirect_uri;
pub(crate) mod request;
pub(crate) mod route;
pub(crate) mod verbatim;
mod write_limit;
