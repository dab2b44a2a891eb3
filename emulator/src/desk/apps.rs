//! The apps: what each is, and every way into it.

use maud::{Markup, html};

use super::entries::{self, Entry};
use crate::world::{App, District, World};

pub(super) fn section(world: &World) -> Markup {
    html! { div.cards { @for app in world.apps() { (card(world, app)) } } }
}

fn card(world: &World, app: &App) -> Markup {
    html! {
        article.card {
            h3 { bdi dir="auto" { (app.name()) } " " span.hint { (kind(app)) } }
            dl {
                dt { "client id" } dd { code.copy { (app.client_id()) } }
                dt { "client secret" } dd { (secret(app)) }
                dt { "redirect URIs" }
                @for (place, uri) in app.redirect_uris().enumerate() {
                    dd {
                        code.copy { (uri) }
                        @if place == 0 { " " span.hint { "primary: where logins arrive that start at Clever" } }
                    }
                }
                dt { "for" } dd { (audience(world, app)) }
            }
            h4 { "Ways in" }
            (list(&entries::general(app), app.name()))
            @for district in entries::districts(app, world) { (from_district(app, district)) }
        }
    }
}

fn from_district(app: &App, district: &District) -> Markup {
    let label = format!("From {} {} to {}", district.name, district.id, app.name());
    let destination = format!("{}, from {}", app.name(), district.name);
    html! {
        details {
            summary aria-label=(label) { "From " bdi dir="auto" { (district.name) } " " code { (district.id) } }
            (list(&entries::of_district(app, district), &destination))
        }
    }
}

/// Every app has the same ways in, so each link has a label that says where it leads, for people who only hear the links.
fn list(entries: &[Entry], destination: &str) -> Markup {
    html! {
        ul.entries {
            @for entry in entries {
                li {
                    a href=(entry.path) aria-label={ (entry.name) ": " (destination) } { (entry.name) }
                    " " span.hint { (entry.hint) }
                }
            }
        }
    }
}

/// What kind of app it is, in words.
pub(super) fn kind(app: &App) -> String {
    let kind = match (app.is_public(), app.is_oidc()) {
        (true, _) => "implicit grant",
        (false, true) => "OpenID Connect",
        (false, false) => "OAuth 2.0",
    };
    let library = if app.is_library() { ", Clever Library (no ID tokens)" } else { "" };
    format!("{kind}{library}")
}

fn secret(app: &App) -> Markup {
    html! {
        @match app.client_secret() {
            Some(secret) => details {
                summary aria-label={ "show the secret of " (app.name()) } { "show" }
                code.copy { (secret) }
            },
            None => "none: it gets its tokens in the fragment",
        }
    }
}

fn audience(world: &World, app: &App) -> Markup {
    let user_types =
        app.user_types().map(|types| types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", "));
    let districts: Vec<_> = entries::districts(app, world).map(|district| district.name.as_str()).collect();
    html! {
        (user_types.unwrap_or_else(|| "everybody".to_owned()))
        " of "
        @if app.is_library() { "Clever Library" }
        @for (place, district) in districts.iter().enumerate() {
            @if place > 0 { ", " }
            bdi dir="auto" { (district) }
        }
    }
}
