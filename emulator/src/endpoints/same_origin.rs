//! Does a request come from a page of another site?
//!
//! Browsers say where a request comes from in `Origin` and `Sec-Fetch-Site`; programs send neither. A request that changes
//! something is refused if a page of another site sends it: signing people in or out without their knowledge is an attack
//! (login CSRF). A page whose own name points to this machine (DNS rebinding) has already been refused, on every route.

use axum::http::header::{HeaderName, ORIGIN};

use super::call::Call;
use super::control::problem::Problem;
use super::refusal::Refusal;
use crate::http::parameters::Parameters;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a form that a page of another site sends.
pub(super) fn check(call: &Call) -> Result<(), Refusal> {
    if is_foreign(call) { Err(Refusal::foreign_form()) } else { Ok(()) }
}

/// The parameters of a form, unless a page of another site sends it.
pub(super) fn form(call: &Call) -> Result<Parameters, Refusal> {
    check(call)?;
    Ok(Parameters::from_form(&call.request.body)?)
}

/// Refuses to let a page of another site use the controls or see the desk.
///
/// By default, the emulator listens on the loopback address. Other machines cannot reach it there, but the browser of this
/// machine can.
pub(super) fn check_control(call: &Call) -> Result<(), Problem> {
    if is_foreign(call) {
        return Err(Problem::forbidden("Web pages of other sites may not use the controls of the emulator."));
    }
    Ok(())
}

fn is_foreign(call: &Call) -> bool {
    let own_origin = |value: &[u8]| call.shared.address.is_origin(value, call.request.host());
    let origins_good = call.request.headers.get_all(ORIGIN).iter().all(|value| own_origin(value.as_bytes()));
    let own_site = |value: &[u8]| value == b"same-origin" || value == b"none";
    let sites_good = call.request.headers.get_all(FETCH_SITE).iter().all(|value| own_site(value.as_bytes()));
    !(origins_good && sites_good)
}
