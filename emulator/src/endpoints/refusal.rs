//! What the person reads when a login cannot go on.
//!
//! As at Clever, whatever is wrong is told to the person on a page and never to the app by a redirect, so the emulator
//! cannot be used to send anybody anywhere but to a registered URI.

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::response::Response;
use maud::Markup;

use crate::apps::App;
use crate::pages;
use crate::parameters::Malformed;
use crate::responses;
use crate::world::Person;

/// A status and a page.
pub(super) struct Refusal {
    status: StatusCode,
    page: Markup,
}

impl Refusal {
    /// The request is wrong.
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, page: pages::refusal(&reason.into()) }
    }

    /// The request is right, and this person may not use the app.
    pub(super) fn no_access(app: &App, person: &Person) -> Self {
        let reason = app.refusal(person).unwrap_or_default();
        Self { status: StatusCode::FORBIDDEN, page: pages::no_access(person, reason) }
    }

    /// The page.
    pub(super) fn page(self) -> Response {
        responses::page(self.status, self.page)
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::because("A parameter of the request is there twice.")
    }
}

impl From<Unspecified> for Refusal {
    fn from(_: Unspecified) -> Self {
        let page = pages::refusal("The emulator could not make a random value.");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, page }
    }
}
