//! Who may not use the controls: a web page.
//!
//! Unless it is told otherwise, the emulator listens on the loopback address, where other machines cannot reach it; the
//! browser of this one can. A page of
//! another site that sends a request says so in `Origin`, and one that was led here by a name of its own (DNS rebinding)
//! has that name in `Host`. Programs send no `Origin`, and the true `Host`.

use axum::http::header::{HOST, HeaderName, ORIGIN};

use super::problem::Problem;
use crate::request::Request;
use crate::shared::Shared;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses whoever may not.
pub(super) fn check(shared: &Shared, request: &Request) -> Result<(), Problem> {
    foreign_host(shared, request).or_else(|| foreign_page(shared, request)).map_or(Ok(()), Err)
}

fn foreign_host(shared: &Shared, request: &Request) -> Option<Problem> {
    let mut named = request.headers.get_all(HOST).iter();
    let own = |value: &[u8]| shared.address.is_host(value);
    let good = named.next().is_some_and(|host| own(host.as_bytes())) && named.next().is_none();
    let hosts = || shared.address.hosts().collect::<Vec<_>>().join(" or ");
    (!good).then(|| Problem::forbidden(format!("The Host header must be {}.", hosts())))
}

fn foreign_page(shared: &Shared, request: &Request) -> Option<Problem> {
    let own_origin = |value: &[u8]| shared.address.is_origin(value);
    let origins_good = request.headers.get_all(ORIGIN).iter().all(|value| own_origin(value.as_bytes()));
    let own_site = |value: &[u8]| value == b"same-origin" || value == b"none";
    let sites_good = request.headers.get_all(FETCH_SITE).iter().all(|value| own_site(value.as_bytes()));
    let message = "Web pages of other sites may not use the controls of the emulator.";
    (!(origins_good && sites_good)).then(|| Problem::forbidden(message))
}
