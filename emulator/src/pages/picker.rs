//! The school picker: which school, or district, is yours?

use maud::{Markup, html};

use super::developers::developers;
use super::frame::{frame, hidden_target, problem, towards};
use crate::world::App;
use crate::world::{Found, Home, World};

/// The content of the school picker.
pub(crate) struct PickerPage<'a> {
    pub(crate) world: &'a World,
    /// Where the search is sent, and what with it.
    pub(crate) action: &'a str,
    pub(crate) hidden: Vec<(String, String)>,
    pub(crate) search: &'a str,
    pub(crate) found: Vec<Found<'a>>,
    /// Are there more than are shown?
    pub(crate) more: bool,
    pub(crate) target: Option<&'a str>,
    pub(crate) app: Option<&'a App>,
    pub(crate) message: Option<&'a str>,
}

/// The school picker.
pub(crate) fn picker(page: &PickerPage<'_>) -> Markup {
    frame(
        "Find your school",
        &html! {
            (towards(page.app))
            (problem(page.message))
            (search(page))
            h2 #found { @if page.search.is_empty() { "All schools" } @else { "Found" } }
            @if page.found.is_empty() { p role="status" { "No matching school or district." } }
            ul aria-labelledby="found" { @for found in &page.found { li { (choice(page, found)) } } }
            @if page.more { p.hint { "There are more. Type more of the name." } }
            h2 { "No district" }
            ul { li { (button(page, Home::Library.short_name(), &library())) } }
            (developers(page.world, page.world.homes(), page.target))
        },
    )
}

fn search(page: &PickerPage<'_>) -> Markup {
    html! {
        form method="get" action=(page.action) role="search" {
            @for (name, value) in &page.hidden { input type="hidden" name=(name) value=(value); }
            label for="search" { "School or district" }
            div.row {
                input #search name="search" type="search" value=(page.search) autocomplete="off" spellcheck="false"
                    aria-describedby="search-hint";
                button.primary type="submit" { "Search" }
            }
            p.hint #search-hint { "The name, or the id of the district. To find a sandbox, use its id." }
        }
    }
}

fn choice(page: &PickerPage<'_>, found: &Found<'_>) -> Markup {
    let what = html! {
        @match found.school {
            Some(school) => { bdi { (school.name) } small dir="auto" { (found.district.name) } }
            None => { bdi { (found.district.name) } small { "District" } }
        }
    };
    button(page, &found.district.short_name, &what)
}

fn library() -> Markup {
    html! { (Home::Library.name()) small { "Your teacher gave you access" } }
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
