//! What the person reads when a login cannot go on, and what the developer should do.
//!
//! As at Clever, whatever is wrong is told to the person on a page and never to the app by a redirect, so the emulator
//! cannot be used to send anybody anywhere but to a registered URI.

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use crate::apps::App;
use crate::pages::{self, RefusalPage};
use crate::parameters::Malformed;
use crate::responses;
use crate::world::{Person, World};

/// A status and a page.
pub(super) struct Refusal {
    status: StatusCode,
    page: Markup,
}

impl Refusal {
    /// The app's request is wrong: what the person reads, and what the developer does.
    pub(super) fn because(reason: &str, developer: impl Into<String>) -> Self {
        let developer = format!("{} Nothing was sent back to the app.", developer.into());
        let help = html! { p { "Go back to the app and try again, or ask whoever runs it." } };
        Self::new(StatusCode::BAD_REQUEST, "This login cannot go on", reason, Some(&developer), help)
    }

    /// The request is right, and this person may not use the app. `login_page` is where they can be somebody else.
    pub(super) fn no_access(world: &World, app: &App, person: &Person, login_page: &str) -> Self {
        let (name, why) = (person.full_name(), app.refusal(person).unwrap_or_default());
        let reason = format!("{name} has no access to this app: it {why}.");
        let developer = format!(
            "The app {} decides by its districts and user types who has access. With return_unshared=true in the \
             request, the app gets error=unauthorized-user instead of this page.",
            app.client_id()
        );
        let help = pages::other_person(person, world.home_of(person), login_page);
        Self::new(StatusCode::FORBIDDEN, "You have no access to this app", &reason, Some(&developer), help)
    }

    /// There is no portal or login page of this name.
    pub(super) fn no_school(short_name: &str) -> Self {
        let help = html! { p { a href="/login?choose=true" { "Find your school" } } };
        let developer = format!("No district of this world has the short_name {short_name:?}.");
        let reason = "No school or district has this address.";
        Self::new(StatusCode::NOT_FOUND, "Nothing is here", reason, Some(&developer), help)
    }

    /// The school has no such way to sign in.
    pub(super) fn no_such_login(login_page: &str) -> Self {
        let help = html! { p { a href=(login_page) { "To the login page" } } };
        let developer = "The login_methods of a district say how its people sign in.";
        let reason = "People of this school do not log in this way.";
        Self::new(StatusCode::NOT_FOUND, "Nothing is here", reason, Some(developer), help)
    }

    /// A page of another site has sent a form here.
    pub(super) fn foreign_form() -> Self {
        let help = html! { p { a href="/login" { "To the login page" } } };
        let developer = "Origin and Sec-Fetch-Site, if a browser sends them, must be those of the emulator.";
        let reason = "This was sent by a page of another site, so nothing has happened.";
        Self::new(StatusCode::FORBIDDEN, "This cannot go on", reason, Some(developer), help)
    }

    /// The page.
    pub(super) fn page(self) -> Response {
        responses::page(self.status, self.page)
    }

    fn new(status: StatusCode, title: &str, reason: &str, developer: Option<&str>, help: Markup) -> Self {
        Self { status, page: pages::refusal(&RefusalPage { title, reason, developer, help }) }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::because("The app asked in a way that cannot be understood.", "A parameter is there twice.")
    }
}

impl From<Unspecified> for Refusal {
    fn from(_: Unspecified) -> Self {
        let reason = "The emulator could not make a random value.";
        let help = html! { p { "Try again." } };
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "This cannot go on", reason, None, help)
    }
}
