//! What the person sees when a login cannot continue, and what the developer should do.
//!
//! As with Clever, a page tells the person what is wrong. The app does not get a redirect, so the emulator only ever sends
//! people to a registered URI.

use std::borrow::Cow;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use maud::{Markup, html};

use super::call::Call;
use crate::http::answer::Answer;
use crate::http::answer_kinds::EMULATOR_FAILED;
use crate::http::language::{Language, Text};
use crate::http::parameters::Malformed;
use crate::pages::{self, RefusalPage};
use crate::world::{App, Person};

/// A status, the page's texts in each language, and the line of the journal. The page repeats the request; the line does not.
pub(super) struct Refusal(Box<Said>);

struct Said {
    status: StatusCode,
    title: Text,
    reason: Text,
    developer: Option<String>,
    help: Help,
    line: Cow<'static, str>,
}

/// What the person can do.
enum Help {
    GoBack,
    FindSchool,
    LoginPage(String),
    TryAgain,
    /// HTML that is already in the language of the person.
    Made(Markup),
}

impl Help {
    fn markup(self, language: Language) -> Markup {
        match self {
            Self::GoBack => {
                let text = language.say(
                    "Go back to the app and try once more. If you see this again, tell someone at your school.",
                    "Vuelve a la aplicación e inténtalo una vez más. Si ves esto otra vez, avisa a alguien de tu escuela.",
                );
                html! { p { (text) } }
            }
            Self::FindSchool => {
                html! { p { a href="/login?choose=true" { (language.say("Find your school", "Busca tu escuela")) } } }
            }
            Self::LoginPage(address) => {
                html! { p { a href=(address) { (language.say("Go to the login page", "Ir al inicio de sesión")) } } }
            }
            Self::TryAgain => html! { p { (language.say("Try again.", "Inténtalo de nuevo.")) } },
            Self::Made(markup) => markup,
        }
    }
}

impl Refusal {
    /// The app's request is wrong: the sentence for the person in English and Spanish, the advice for the developer, and the line of the journal,
    /// which repeats nothing from the request.
    pub(super) fn because(
        reason: (&'static str, &'static str),
        developer: impl Into<String>,
        line: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Said {
            status: StatusCode::BAD_REQUEST,
            title: Text::new("This login cannot continue", "No se puede seguir con este inicio de sesión"),
            reason: Text::new(reason.0, reason.1),
            developer: Some(format!("{} Nothing was sent back to the app.", developer.into())),
            help: Help::GoBack,
            line: line.into(),
        }))
    }

    /// The request is right, but this person may not use the app. On `login_page`, another person can sign in.
    pub(super) fn no_access(call: &Call, app: &App, person: &Person, login_page: &str) -> Self {
        let name = person.full_name();
        let (because, in_spanish) = app.refusal(person).unwrap_or_default();
        let developer = format!(
            "The districts and user types of the app {} decide who has access. With return_unshared=true in the \
             request, the app gets error=unauthorized-user instead of this page.",
            app.client_id()
        );
        let home = call.world.home_of(person);
        let line = format!(
            "the person has no access to the app, which {because}, and sees a page that says so; with \
             return_unshared=true the app would get an error"
        );
        Self(Box::new(Said {
            status: StatusCode::FORBIDDEN,
            title: Text::new("You don't have access to this app", "No tienes acceso a esta aplicación"),
            reason: Text::new(
                format!("{name} doesn't have access to this app: it {because}."),
                format!("{name} no tiene acceso a esta aplicación: {in_spanish}."),
            ),
            developer: Some(developer),
            help: Help::Made(pages::other_person(person, home, login_page, call.request.language())),
            line: line.into(),
        }))
    }

    /// There is no portal or login page with this name.
    pub(super) fn no_school(short_name: &str) -> Self {
        Self(Box::new(Said {
            status: StatusCode::NOT_FOUND,
            title: Self::nothing_here(),
            reason: Text::new(
                "No school or district has this address.",
                "Aquí no hay ninguna escuela ni distrito.",
            ),
            developer: Some(format!("No district of this world has the short_name {short_name:?}.")),
            help: Help::FindSchool,
            line: "no district has this short_name: the person sees a page that says so".into(),
        }))
    }

    /// The school doesn't have this login method.
    pub(super) fn no_such_login(login_page: &str) -> Self {
        Self(Box::new(Said {
            status: StatusCode::NOT_FOUND,
            title: Self::nothing_here(),
            reason: Text::new(
                "You cannot log in to this school this way.",
                "No puedes entrar a esta escuela de esta manera.",
            ),
            developer: Some("The login_methods of a district list how its people can sign in.".to_owned()),
            help: Help::LoginPage(login_page.to_owned()),
            line: "no district is named, or its login_methods have no such way: the person sees a page"
                .into(),
        }))
    }

    /// A page of another site has sent a form here.
    pub(super) fn foreign_form() -> Self {
        let developer = "If a browser sends Origin or Sec-Fetch-Site, they must name the emulator itself.";
        Self(Box::new(Said {
            status: StatusCode::FORBIDDEN,
            title: Self::cannot_go_on(),
            reason: Text::new(
                "Another website sent this. We did nothing with it.",
                "Esto lo envió otro sitio web. No hicimos nada con eso.",
            ),
            developer: Some(developer.to_owned()),
            help: Help::LoginPage("/login".to_owned()),
            line:
                "by its Origin or Sec-Fetch-Site header, a page of another site sent this form: nothing was changed"
                    .into(),
        }))
    }

    /// The page, in the language of the person.
    pub(super) fn page(self, language: Language) -> Answer {
        let said = *self.0;
        let page = pages::refusal(&RefusalPage {
            title: said.title.text(language),
            reason: said.reason.text(language),
            developer: said.developer.as_deref(),
            help: &said.help.markup(language),
            language,
        });
        Answer::page(said.status, page, said.line)
    }

    fn nothing_here() -> Text {
        Text::new("Nothing is here", "Aquí no hay nada")
    }

    fn cannot_go_on() -> Text {
        Text::new("This cannot continue", "No se puede seguir")
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::because(
            NOT_UNDERSTOOD,
            "A parameter is repeated.",
            "a parameter is repeated: send each once; the person sees a page that says so",
        )
    }
}

/// The sentence for the person when the app's request is wrong.
pub(super) const NOT_UNDERSTOOD: (&str, &str) = (
    "This emulator does not know what the app asked for.",
    "Este emulador no entiende lo que pidió la aplicación.",
);

/// The sentence for the person when a request names an unknown person.
pub(super) const UNKNOWN_PERSON: (&str, &str) = (
    "This emulator does not know the person who should log in.",
    "Este emulador no conoce a la persona que debe entrar.",
);

impl From<Unspecified> for Refusal {
    fn from(_: Unspecified) -> Self {
        Self(Box::new(Said {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            title: Self::cannot_go_on(),
            reason: Text::new("Something went wrong here.", "Algo salió mal aquí."),
            developer: None,
            help: Help::TryAgain,
            line: EMULATOR_FAILED.into(),
        }))
    }
}
