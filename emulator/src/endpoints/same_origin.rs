//! Does a request come from a page of another site?
//!
//! Browsers say where a request comes from in `Origin` and `Sec-Fetch-Site`; programs send neither. What changes something
//! at the emulator is refused when a foreign page sends it: signing somebody in or out behind their back is an attack
//! (login CSRF).

use axum::http::header::{HeaderName, ORIGIN};

use super::refusal::Refusal;
use crate::request::Request;
use crate::shared::Shared;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The names under which the emulator is reached: host and port, by number and by name.
pub(super) fn hosts(shared: &Shared) -> [String; 2] {
    let authority = shared.base_url.strip_prefix("http://").unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port).unwrap_or_default();
    [authority.to_owned(), format!("localhost:{port}")]
}

/// Does a page of another site send it?
pub(super) fn is_foreign(shared: &Shared, request: &Request) -> bool {
    let hosts = hosts(shared);
    let own_origin = |value: &[u8]| hosts.iter().any(|host| format!("http://{host}").as_bytes() == value);
    let origins_good = request.headers.get_all(ORIGIN).iter().all(|value| own_origin(value.as_bytes()));
    let own_site = |value: &[u8]| value == b"same-origin" || value == b"none";
    let sites_good = request.headers.get_all(FETCH_SITE).iter().all(|value| own_site(value.as_bytes()));
    !(origins_good && sites_good)
}

/// Refuses a form that a page of another site sends.
pub(super) fn check(shared: &Shared, request: &Request) -> Result<(), Refusal> {
    if is_foreign(shared, request) { Err(Refusal::foreign_form()) } else { Ok(()) }
}
