//! Who may not use the controls, nor see the desk: a web page of another site.
//!
//! Unless it is told otherwise, the emulator listens on the loopback address, where other machines cannot reach it; the
//! browser of this one can. A page of
//! another site that sends a request says so in `Origin`, and one that was led here by a name of its own (DNS rebinding)
//! has that name in `Host`. Programs send no `Origin`, and the true `Host`.

use axum::http::header::HOST;

use super::problem::Problem;
use crate::endpoints::same_origin;
use crate::request::Request;
use crate::shared::Shared;

/// Refuses whoever may not.
pub(in crate::endpoints) fn check(shared: &Shared, request: &Request) -> Result<(), Problem> {
    foreign_host(shared, request).map_or(Ok(()), Err)?;
    if same_origin::is_foreign(shared, request) {
        return Err(Problem::forbidden("Web pages of other sites may not use the controls of the emulator."));
    }
    Ok(())
}

fn foreign_host(shared: &Shared, request: &Request) -> Option<Problem> {
    let mut named = request.headers.get_all(HOST).iter();
    let own = |value: &[u8]| shared.address.is_host(value);
    let good = named.next().is_some_and(|host| own(host.as_bytes())) && named.next().is_none();
    let hosts = || shared.address.hosts().collect::<Vec<_>>().join(" or ");
    (!good).then(|| Problem::forbidden(format!("The Host header must be {}.", hosts())))
}
