//! The shared parts of the pages: the frame, the context of a sign-in, and small pieces.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::form_urlencoded::Serializer;

use super::style::style;
use crate::http::language::Language;
use crate::world::{App, Home, Person};

/// A whole page with this title and content, in English.
pub(crate) fn frame(title: &str, content: &Markup) -> Markup {
    frame_in(Language::English, title, content)
}

/// The same in the language of the person.
pub(super) fn frame_in(language: Language, title: &str, content: &Markup) -> Markup {
    let emulator = language.say("emulator", "emulador");
    let about = language.say(
        " for testing. This is not Clever, and the people here are not real.",
        " de Clever para hacer pruebas. Esto no es Clever, y estas personas no existen.",
    );
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - " (emulator) }
                style { (PreEscaped(style())) }
            }
            body {
                header { strong { (emulator) } (about) }
                main { h1 { bdi { (title) } } (content) }
            }
        }
    }
}

/// Where a person signs in, and for which app.
#[derive(Clone, Copy)]
pub(crate) struct LoginContext<'a> {
    /// The district, or Clever Library.
    pub(crate) home: Home<'a>,
    /// A path of the emulator.
    pub(crate) target: Option<&'a str>,
    /// The app that the target belongs to.
    pub(crate) app: Option<&'a App>,
    pub(crate) language: Language,
}

impl LoginContext<'_> {
    /// The address of the page at `path`, with the same home and target.
    pub(crate) fn link(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("portal", self.home.short_name());
        if let Some(target) = self.target {
            query.append_pair("target", target);
        }
        format!("{path}?{}", query.finish())
    }

    /// The address of the school picker, with the same target.
    pub(super) fn choose_link(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("choose", "true");
        if let Some(target) = self.target {
            query.append_pair("target", target);
        }
        format!("/login?{}", query.finish())
    }

    /// Home and target as hidden fields of a form.
    pub(super) fn hidden(&self) -> Markup {
        html! {
            input type="hidden" name="portal" value=(self.home.short_name());
            (hidden_target(self.target))
        }
    }
}

/// The error message. A browser puts the focus here, and a screen reader reads it at once.
pub(super) fn problem(message: Option<&str>) -> Markup {
    html! {
        @if let Some(message) = message {
            p.alert #problem role="alert" tabindex="-1" autofocus { (message) }
        }
    }
}

/// The name of a person, in any writing direction.
pub(super) fn name(person: &Person) -> Markup {
    html! { bdi dir="auto" { (person.full_name()) } }
}

/// Where the form leads afterwards.
pub(super) fn hidden_target(target: Option<&str>) -> Markup {
    html! { @if let Some(target) = target { input type="hidden" name="target" value=(target); } }
}

/// Where the sign-in leads.
pub(super) fn towards(app: Option<&App>, language: Language) -> Markup {
    let to = language.say("to continue to ", "para ir a ");
    html! { @if let Some(app) = app { p { (to) strong dir="auto" { (app.name()) } } } }
}

/// Who is signed in, where, and the button that ends it and leads to `target`.
pub(super) fn signed_in(person: &Person, home: Home<'_>, target: Option<&str>, language: Language) -> Markup {
    html! {
        form.note.row method="post" action="/logout" {
            p {
                (language.say("Signed in as ", "Sesión iniciada como ")) strong dir="auto" { (person.full_name()) }
                small dir="auto" { (home.name()) }
            }
            (hidden_target(target))
            button type="submit" { (language.say("Log out", "Cerrar sesión")) }
        }
    }
}
