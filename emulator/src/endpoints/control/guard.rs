//! Who may not use the controls, nor see the desk: a web page of another site.
//!
//! The emulator listens on the loopback address, so other machines cannot reach it; the browser of this one can. A page of
//! another site that sends a request says so in `Origin`, and one that was led here by a name of its own (DNS rebinding)
//! has that name in `Host`. Programs send no `Origin`, and the true `Host`.

use axum::http::header::{HOST, HeaderName, ORIGIN};

use super::problem::Problem;
use crate::request::Request;
use crate::shared::Shared;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses whoever may not.
pub(in crate::endpoints) fn check(shared: &Shared, request: &Request) -> Result<(), Problem> {
    let authority = shared.base_url.strip_prefix("http://").unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port).unwrap_or_default();
    let hosts = [authority.to_owned(), format!("localhost:{port}")];
    foreign_host(request, &hosts).or_else(|| foreign_page(request, &hosts)).map_or(Ok(()), Err)
}

fn foreign_host(request: &Request, hosts: &[String; 2]) -> Option<Problem> {
    let mut named = request.headers.get_all(HOST).iter();
    let own = |value: &[u8]| hosts.iter().any(|host| host.as_bytes() == value);
    let good = named.next().is_some_and(|host| own(host.as_bytes())) && named.next().is_none();
    let [by_number, by_name] = hosts;
    let message = || format!("The Host header must be {by_number} or {by_name}.");
    (!good).then(|| Problem::forbidden(message()))
}

fn foreign_page(request: &Request, hosts: &[String; 2]) -> Option<Problem> {
    let own_origin = |value: &[u8]| hosts.iter().any(|host| format!("http://{host}").as_bytes() == value);
    let origins_good = request.headers.get_all(ORIGIN).iter().all(|value| own_origin(value.as_bytes()));
    let own_site = |value: &[u8]| value == b"same-origin" || value == b"none";
    let sites_good = request.headers.get_all(FETCH_SITE).iter().all(|value| own_site(value.as_bytes()));
    let message = "Web pages of other sites may not use the controls of the emulator.";
    (!(origins_good && sites_good)).then(|| Problem::forbidden(message))
}
