//! What the person reads when a login cannot go on.
//!
//! As at Clever, whatever is wrong is told to the person on a page and never to the app by a redirect, so the emulator
//! cannot be used to send anybody anywhere but to a registered URI.

use std::borrow::Cow;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::response::Response;
use maud::Markup;

use crate::apps::App;
use crate::pages;
use crate::parameters::Malformed;
use crate::responses;
use crate::world::Person;

/// A status and a page, and what the journal says of it: the reason on the page repeats the request, that one does not.
pub(super) struct Refusal {
    status: StatusCode,
    page: Markup,
    why: Option<Cow<'static, str>>,
}

impl Refusal {
    /// The request is wrong.
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, page: pages::refusal(&reason.into()), why: None }
    }

    /// The same with a sentence for the journal, in which nothing of the request stands.
    pub(super) fn noted(self, why: impl Into<Cow<'static, str>>) -> Self {
        Self { why: Some(why.into()), ..self }
    }

    /// The request is right, and this person may not use the app.
    pub(super) fn no_access(app: &App, person: &Person) -> Self {
        let reason = app.refusal(person).unwrap_or_default();
        let why = format!(
            "the person has no access to the app, which {reason}, and sees a page that says so; with \
             return_unshared=true the app would be told"
        );
        Self { status: StatusCode::FORBIDDEN, page: pages::no_access(person, reason), why: Some(why.into()) }
    }

    /// The page.
    pub(super) fn page(self) -> Response {
        let page = responses::page(self.status, self.page);
        match self.why {
            Some(why) => responses::explained(page, why),
            None => page,
        }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::because("A parameter of the request is there twice.")
            .noted("a parameter is there twice: send each once; the person sees a page that says so")
    }
}

impl From<Unspecified> for Refusal {
    fn from(_: Unspecified) -> Self {
        let page = pages::refusal("The emulator could not make a random value.");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, page, why: None }
    }
}
