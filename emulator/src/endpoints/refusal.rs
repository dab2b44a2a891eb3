//! What the person sees when a login cannot continue, and what the developer should do.
//!
//! As with Clever, a page tells the person what is wrong. The app does not get a redirect, so the emulator only ever sends
//! people to a registered URI.

use std::borrow::Cow;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use maud::{Markup, html};

use crate::http::answer::Answer;
use crate::http::answer_kinds::EMULATOR_FAILED;
use crate::http::parameters::Malformed;
use crate::pages::{self, RefusalPage};
use crate::world::App;
use crate::world::{Person, World};

/// A status, a page and the line of the journal. The page repeats the request; the line does not.
pub(super) struct Refusal {
    status: StatusCode,
    page: Markup,
    line: Cow<'static, str>,
}

impl Refusal {
    /// The app's request is wrong: the sentence for the person, the advice for the developer, and the line of the journal,
    /// which repeats nothing from the request.
    pub(super) fn because(
        reason: &str,
        developer: impl Into<String>,
        line: impl Into<Cow<'static, str>>,
    ) -> Self {
        let developer = format!("{} Nothing was sent back to the app.", developer.into());
        let help = html! { p { "Go back to the app and try again, or ask the people who run it." } };
        Self::new(StatusCode::BAD_REQUEST, "This login cannot continue", reason, Some(&developer), help, line)
    }

    /// The request is right, but this person may not use the app. On `login_page`, another person can sign in.
    pub(super) fn no_access(world: &World, app: &App, person: &Person, login_page: &str) -> Self {
        let (name, because) = (person.full_name(), app.refusal(person).unwrap_or_default());
        let reason = format!("{name} has no access to this app: it {because}.");
        let developer = format!(
            "The app {} decides by its districts and user types who has access. With return_unshared=true in the \
             request, the app gets error=unauthorized-user instead of this page.",
            app.client_id()
        );
        let help = pages::other_person(person, world.home_of(person), login_page);
        let line = format!(
            "the person has no access to the app, which {because}, and sees a page that says so; with \
             return_unshared=true the app would be told"
        );
        Self::new(
            StatusCode::FORBIDDEN,
            "You have no access to this app",
            &reason,
            Some(&developer),
            help,
            line,
        )
    }

    /// There is no portal or login page of this name.
    pub(super) fn no_school(short_name: &str) -> Self {
        let help = html! { p { a href="/login?choose=true" { "Find your school" } } };
        let developer = format!("No district of this world has the short_name {short_name:?}.");
        let reason = "No school or district has this address.";
        Self::new(
            StatusCode::NOT_FOUND,
            "Nothing is here",
            reason,
            Some(&developer),
            help,
            "no district has this short_name: the person sees a page that says so",
        )
    }

    /// The school has no such way to sign in.
    pub(super) fn no_such_login(login_page: &str) -> Self {
        let help = html! { p { a href=(login_page) { "To the login page" } } };
        let developer = "The login_methods of a district say how its people sign in.";
        let reason = "People of this school do not log in this way.";
        Self::new(
            StatusCode::NOT_FOUND,
            "Nothing is here",
            reason,
            Some(developer),
            help,
            "no district is named, or its login_methods have no such way: the person sees a page",
        )
    }

    /// A page of another site has sent a form here.
    pub(super) fn foreign_form() -> Self {
        let help = html! { p { a href="/login" { "To the login page" } } };
        let developer = "Origin and Sec-Fetch-Site, if a browser sends them, must be those of the emulator.";
        let reason = "This was sent by a page of another site, so nothing has happened.";
        Self::new(
            StatusCode::FORBIDDEN,
            "This cannot continue",
            reason,
            Some(developer),
            help,
            "a page of another site sent this form, as Origin or Sec-Fetch-Site say: nothing has happened",
        )
    }

    /// The page.
    pub(super) fn page(self) -> Answer {
        Answer::page(self.status, self.page, self.line)
    }

    fn new(
        status: StatusCode,
        title: &str,
        reason: &str,
        developer: Option<&str>,
        help: Markup,
        line: impl Into<Cow<'static, str>>,
    ) -> Self {
        let page = pages::refusal(&RefusalPage { title, reason, developer, help });
        Self { status, page, line: line.into() }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::because(
            "The app asked in a way that cannot be understood.",
            "A parameter is repeated.",
            "a parameter is repeated: send each once; the person sees a page that says so",
        )
    }
}

impl From<Unspecified> for Refusal {
    fn from(_: Unspecified) -> Self {
        let (title, reason) = ("This cannot continue", "The emulator could not make a random value.");
        let help = html! { p { "Try again." } };
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, title, reason, None, help, EMULATOR_FAILED)
    }
}
