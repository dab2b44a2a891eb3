//! The pages of the emulator: plain HTML, escaped by maud, with nothing loaded from anywhere.
//!
//! They say "emulator" at the top and bear none of Clever's marks, so that nobody takes them for Clever's.

use std::sync::Arc;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::world::{Person, World};

/// What the login page shows.
pub(crate) struct LoginPage<'a> {
    pub(crate) world: &'a World,
    pub(crate) signed_in: Option<Arc<Person>>,
    pub(crate) target: Option<&'a str>,
    pub(crate) username: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
}

/// The login page.
pub(crate) fn login(page: &LoginPage<'_>) -> Markup {
    frame(
        "Sign in",
        &html! {
            @if let Some(message) = page.message { p.alert role="alert" { (message) } }
            @if let Some(person) = &page.signed_in { (signed_in(person)) }
            (form(page))
            h2 { "Or pick somebody" }
            p.hint { a href="/_emulator/" { "The desk" } " tells whom to test what with, and what apps have sent." }
            @for district in page.world.districts() { (group(page, &district.name, Some(&district.id))) }
            (group(page, "Clever Library", None))
        },
    )
}

/// The people of one district, or those of Clever Library, which can be folded away; nothing if there are none.
fn group(page: &LoginPage<'_>, name: &str, district_id: Option<&str>) -> Markup {
    let everybody = page.world.people().iter();
    let people: Vec<_> = everybody.filter(|person| person.district_id.as_deref() == district_id).collect();
    html! {
        @if !people.is_empty() {
            details open {
                summary { h3 { (name) } " " span.hint { (people.len()) } }
                ul { @for person in people { li { (choice(person, page.target)) } } }
            }
        }
    }
}

/// What somebody sees when an app has sent them with a wrong request.
pub(crate) fn refusal(reason: &str) -> Markup {
    frame(
        "This login cannot go on",
        &html! {
            p.alert role="alert" { (reason) }
            p { "The app that sent you here asked for something the emulator does not grant. Nothing was sent back to it." }
        },
    )
}

/// What somebody sees who may not use the app, and why: the end of a sentence about the app.
pub(crate) fn no_access(person: &Person, reason: &str) -> Markup {
    frame(
        "You have no access to this app",
        &html! {
            p.alert role="alert" { (person.full_name()) " has no access to this app: it " (reason) "." }
            p { "Nothing was sent back to it." }
            (signed_in(person))
        },
    )
}

/// A page with this title: what all of them have in common.
pub(crate) fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - emulator" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { strong { "emulator" } " for development. This is not Clever, and nobody here is real." }
                main { h1 { (title) } (content) }
            }
        }
    }
}

fn signed_in(person: &Person) -> Markup {
    html! {
        form.signed-in method="post" action="/logout" {
            p { "Signed in as " strong { (person.full_name()) } "." }
            button type="submit" { "Sign out" }
        }
    }
}

fn form(page: &LoginPage<'_>) -> Markup {
    html! {
        form method="post" action="/login" {
            (hidden_target(page.target))
            label for="username" { "User name" }
            input #username name="username" autocomplete="username" required value=[page.username];
            label for="password" { "Password" }
            input #password name="password" type="password" autocomplete="current-password" required;
            p.hint { "Both are the sign-in number of the person." }
            button.primary type="submit" { "Sign in" }
        }
    }
}

fn choice(person: &Person, target: Option<&str>) -> Markup {
    let roles = person.roles().map(|role| role.user_type.as_str()).collect::<Vec<_>>().join(", ");
    html! {
        form method="post" action="/login" {
            (hidden_target(target))
            input type="hidden" name="username" value=(person.sign_in_number);
            input type="hidden" name="password" value=(person.sign_in_number);
            button type="submit" { "Sign in as " (person.full_name()) }
            p.hint {
                code { (person.sign_in_number) } " " code { (person.handle) } " " (roles)
                @if person.email.is_none() { ", no email" }
                @if person.is_in_library() { ", Clever Library" }
            }
        }
    }
}

fn hidden_target(target: Option<&str>) -> Markup {
    html! { @if let Some(target) = target { input type="hidden" name="target" value=(target); } }
}

const STYLE: &str = "
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
header { padding: .75rem 1rem; background: #5a3e00; color: #fff; }
main { max-width: 34rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
label { display: block; margin-top: .75rem; font-weight: 600; }
input, button { font: inherit; min-height: 2.75rem; box-sizing: border-box; border-radius: .375rem; }
input { width: 100%; padding: .5rem; border: 1px solid #767676; }
button { padding: .5rem 1rem; border: 1px solid #767676; background: Canvas; color: CanvasText; cursor: pointer; }
button.primary { background: #1d4f8f; border-color: #1d4f8f; color: #fff; }
:focus-visible { outline: 3px solid #c77700; outline-offset: 2px; }
summary { cursor: pointer; padding: .5rem 0; } summary h3 { display: inline; font-size: 1rem; }
ul { list-style: none; margin: 0; padding: 0; }
li { padding: .5rem 0; border-top: 1px solid #8886; } li button { width: 100%; text-align: start; overflow-wrap: anywhere; }
.hint { margin: .25rem 0 .75rem; font-size: .9rem; } li .hint { margin-bottom: 0; }
.alert { padding: .75rem; border-left: .3rem solid #c0341d; background: #c0341d1a; overflow-wrap: anywhere; }
.signed-in { padding: .75rem; border: 1px solid #8886; border-radius: .375rem; }
.signed-in p { margin: 0 0 .5rem; }
";
