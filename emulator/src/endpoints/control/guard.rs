//! Who may not use the controls, nor see the desk: a web page of another site.
//!
//! Unless it is told otherwise, the emulator listens on the loopback address, where other machines cannot reach it; the
//! browser of this one can. A page of another site that sends a request says so in `Origin` and `Sec-Fetch-Site`. One
//! that was led here by a name of its own (DNS rebinding) has been refused before, on every route. Programs send neither.

use super::problem::Problem;
use crate::endpoints::same_origin;
use crate::http::request::Request;
use crate::shared::Shared;

/// Refuses whoever may not.
pub(in crate::endpoints) fn check(shared: &Shared, request: &Request) -> Result<(), Problem> {
    if same_origin::is_foreign(shared, request) {
        return Err(Problem::forbidden("Web pages of other sites may not use the controls of the emulator."));
    }
    Ok(())
}
