//! The apps, with the links that open each of them.

use maud::{Markup, html};

use super::entries::{self, Entry};
use super::ready;
use crate::world::{App, District, World};

pub(super) fn section(world: &World, base_url: &str) -> Markup {
    html! { div.cards { @for app in world.apps() { (card(world, app, base_url)) } } }
}

fn card(world: &World, app: &App, base_url: &str) -> Markup {
    let name = app.name();
    html! {
        article.card {
            h3 { bdi dir="auto" { (app.name()) } " " span.hint { (kind(app)) } }
            dl {
                dt { "client id" } dd { code.copy data-copy={ "the client id of " (name) } { (app.client_id()) } }
                dt { "client secret" } dd { (secret(app)) }
                dt { "redirect URIs" }
                @for (place, uri) in app.redirect_uris().enumerate() {
                    dd {
                        code.copy data-copy={ "the redirect URI " (uri) " of " (name) } { (uri) }
                        @if place == 0 { " " span.hint { "primary: logins that start at Clever end here" } }
                    }
                }
                dt { "for" } dd { (audience(world, app)) }
            }
            (settings(app, base_url))
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

/// Folded away, because the secret is in them.
fn settings(app: &App, base_url: &str) -> Markup {
    let name = app.name();
    html! {
        details.settings {
            summary aria-label={ "Ready settings for " (name) } { "Ready settings" }
            p.hint { "For this emulator, ready to paste. Keep the secret of a real app out of your source code." }
            @for ready in ready::of(app, base_url) {
                details {
                    summary aria-label={ (ready.name) ": ready settings for " (name) } { (ready.name) }
                    p.hint { (ready.place) }
                    pre {
                        code.copy data-copy={ "the settings for " (ready.name) " of " (name) } { (ready.text) }
                    }
                }
            }
        }
    }
}

/// Every app has the same kinds of links, so each link has a label for screen readers that names its app.
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

/// The kind of app, in words.
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
                code.copy data-copy={ "the secret of " (app.name()) } { (secret) }
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
        (user_types.unwrap_or_else(|| "everyone".to_owned()))
        " in "
        @if app.is_library() { "Clever Library" }
        @for (place, district) in districts.iter().enumerate() {
            @if place > 0 { ", " }
            bdi dir="auto" { (district) }
        }
    }
}
