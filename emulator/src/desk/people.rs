//! The people: their data, what to test with each of them, and a button that logs this browser in.

use std::sync::Arc;

use maud::{Markup, html};

use super::apps;
use super::filter::{self, Filter};
use crate::world::{Person, World};

pub(super) fn section(
    world: &World,
    signed_in: Option<&Person>,
    auto_login: Option<&str>,
    filter: &Filter,
) -> Markup {
    html! {
        @match signed_in {
            Some(person) => p { "This browser is signed in as " (name(person)) "." },
            None => p { "No one is signed in on this browser." },
        }
        @if let Some(automatic) = auto_login {
            p { "Apps always get a login as " code { (automatic) } " (" code { "--auto-login" } "), no matter who is signed in. "
                "To log in to an app as someone else, choose the app below, then the person." }
        }
        (filter::of_list(filter, "people", "Search people", &filter.people))
        form method="post" action="/_emulator/desk/login" {
            label for="app" { "After \u{201c}Log in as\u{201d}, open" }
            select #app name="client_id" {
                option value="" { "this page again" }
                @for app in world.apps() {
                    option value=(app.client_id()) { (app.name()) " (" (apps::kind(app)) ")" }
                }
            }
            @for district in world.districts() { (group(world, &district.name, Some(&district.id), filter)) }
            (group(world, "Clever Library", None, filter))
        }
    }
}

fn group(world: &World, title: &str, district_id: Option<&str>, filter: &Filter) -> Markup {
    let here = |person: &&Arc<Person>| person.district_id.as_deref() == district_id;
    let people: Vec<_> = world.people().iter().filter(here).collect();
    let is_found = |person: &Person| filter::has_words(&filter.people, &words(person));
    let none_found = !people.iter().any(|person| is_found(person));
    html! {
        @if !people.is_empty() {
            details open hidden[none_found] {
                summary {
                    h3 dir="auto" { (title) } " "
                    span.hint {
                        (people.len()) @if people.len() == 1 { " person " } @else { " people " }
                        @if let Some(id) = district_id { code { (id) } }
                    }
                }
                ul.people { @for person in people { (row(person, !is_found(person))) } }
            }
        }
    }
}

/// The text that a search looks in.
fn words(person: &Person) -> String {
    let roles: Vec<_> = person.roles().map(|role| role.user_type.as_str()).collect();
    let email = person.email.as_deref().unwrap_or("no email");
    let quirk = person.quirk.as_deref().unwrap_or_default();
    let (name, roles) = (person.full_name(), roles.join(" "));
    format!("{name} {} {} {roles} {email} {} {quirk}", person.handle, person.sign_in_number, person.id)
}

fn row(person: &Person, hidden: bool) -> Markup {
    let roles = person.roles().map(|role| role.user_type.as_str()).collect::<Vec<_>>().join(", ");
    // Several people have the same name.
    let label = format!("Log in as {} ({})", person.full_name(), person.handle);
    html! {
        li hidden[hidden] data-words=(words(person)) {
            div.who {
                strong { (name(person)) }
                @if let Some(quirk) = &person.quirk { " " span dir="auto" { (quirk) } }
                p.hint {
                    code { (person.handle) } " \u{b7} " code { (person.sign_in_number) } " \u{b7} " (roles) " \u{b7} "
                    @match &person.email { Some(email) => span dir="auto" { (email) }, None => "no email" }
                    " \u{b7} " code { (person.id) }
                }
            }
            button name="person" value=(person.id) aria-label=(label) { "Log in as " (name(person)) }
        }
    }
}

fn name(person: &Person) -> Markup {
    html! { bdi dir="auto" { (person.full_name()) } }
}
