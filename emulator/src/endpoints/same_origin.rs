//! Does a request come from a page of another site?
//!
//! Browsers say where a request comes from in `Origin` and `Sec-Fetch-Site`; programs send neither. What changes something
//! at the emulator is refused when a foreign page sends it: signing somebody in or out behind their back is an attack
//! (login CSRF).

use axum::http::header::{HeaderName, ORIGIN};

use super::refusal::Refusal;
use crate::http::request::Request;
use crate::shared::Shared;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Does a page of another site send it?
pub(super) fn is_foreign(shared: &Shared, request: &Request) -> bool {
    let own_origin = |value: &[u8]| shared.address.is_origin(value, request.host());
    let origins_good = request.headers.get_all(ORIGIN).iter().all(|value| own_origin(value.as_bytes()));
    let own_site = |value: &[u8]| value == b"same-origin" || value == b"none";
    let sites_good = request.headers.get_all(FETCH_SITE).iter().all(|value| own_site(value.as_bytes()));
    !(origins_good && sites_good)
}

/// Refuses a form that a page of another site sends.
pub(super) fn check(shared: &Shared, request: &Request) -> Result<(), Refusal> {
    if is_foreign(shared, request) { Err(Refusal::foreign_form()) } else { Ok(()) }
}
