//! The school picker: which school, or district, is yours?

use maud::{Markup, html};

use super::developers::developers;
use super::frame::{frame_in, hidden_target, problem, towards};
use crate::http::language::Language;
use crate::world::App;
use crate::world::{Found, Home, World};

/// The content of the school picker.
pub(crate) struct PickerPage<'a> {
    pub(crate) world: &'a World,
    /// Where the search is sent, and its other parameters.
    pub(crate) action: &'a str,
    pub(crate) hidden: Vec<(String, String)>,
    pub(crate) search: &'a str,
    pub(crate) found: Vec<Found<'a>>,
    /// Are there more than are shown?
    pub(crate) more: bool,
    pub(crate) target: Option<&'a str>,
    pub(crate) app: Option<&'a App>,
    pub(crate) message: Option<&'a str>,
    pub(crate) language: Language,
}

/// The school picker.
pub(crate) fn picker(page: &PickerPage<'_>) -> Markup {
    let language = page.language;
    let found = if page.search.is_empty() {
        language.say("All schools", "Todas las escuelas")
    } else {
        language.say("Results", "Resultados")
    };
    frame_in(
        language,
        language.say("Find your school", "Busca tu escuela"),
        &html! {
            (towards(page.app, language))
            (problem(page.message))
            (search(page))
            h2 #found { (found) }
            @if page.found.is_empty() {
                p role="status" {
                    (language.say("No matching school or district.", "No hay ninguna escuela ni distrito con ese nombre."))
                }
            }
            ul aria-labelledby="found" { @for found in &page.found { li { (choice(page, found)) } } }
            @if page.more { p.hint { (language.say("There are more. Type more of the name.", "Hay más. Escribe más del nombre.")) } }
            h2 { (language.say("No district", "Sin distrito")) }
            ul { li { (button(page, Home::Library.short_name(), &library(language))) } }
            (developers(page.world, page.world.homes(), page.target))
        },
    )
}

fn search(page: &PickerPage<'_>) -> Markup {
    let language = page.language;
    html! {
        form method="get" action=(page.action) role="search" {
            @for (name, value) in &page.hidden { input type="hidden" name=(name) value=(value); }
            label for="search" { (language.say("School or district", "Escuela o distrito")) }
            div.row {
                input #search name="search" type="search" value=(page.search) autocomplete="off" spellcheck="false"
                    aria-describedby="search-hint";
                button.primary type="submit" { (language.say("Search", "Buscar")) }
            }
            p.hint #search-hint {
                (language.say(
                    "Type the name of your school or district. To find a sandbox district, type its id.",
                    "Escribe el nombre de tu escuela o distrito. Para un distrito de prueba, escribe su id.",
                ))
            }
        }
    }
}

fn choice(page: &PickerPage<'_>, found: &Found<'_>) -> Markup {
    let what = html! {
        @match found.school {
            Some(school) => { bdi { (school.name) } small dir="auto" { (found.district.name) } }
            None => { bdi { (found.district.name) } small { (page.language.say("District", "Distrito")) } }
        }
    };
    button(page, &found.district.short_name, &what)
}

fn library(language: Language) -> Markup {
    html! { (Home::Library.name()) small { (language.say("Your teacher gave you access", "Tu maestro te dio acceso")) } }
}

fn button(page: &PickerPage<'_>, short_name: &str, what: &Markup) -> Markup {
    html! {
        form method="post" action="/oauth/district-picker" {
            input type="hidden" name="portal" value=(short_name);
            (hidden_target(page.target))
            button type="submit" { (what) }
        }
    }
}
