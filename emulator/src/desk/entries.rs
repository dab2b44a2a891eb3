//! The links that open an app, as paths of the emulator.

use url::form_urlencoded::Serializer;

use crate::world::App;
use crate::world::{District, Home, World};

/// A link that opens an app.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// A remark about the link, if it is special.
    pub(super) hint: &'static str,
    pub(super) path: String,
}

/// A state that no app created.
const STATE: &str = "a-state-from-the-desk";
const FOREIGN_STATE: &str = "with a state that the app did not create: a good app starts its own login";
const PORTAL: &str = "the page with the icons of all apps";
const STATELESS: &str = "without a state, like every icon in the portal";

/// The links without a district.
pub(super) fn general(app: &App) -> Vec<Entry> {
    let token = Entry {
        name: "Implicit grant",
        hint: "the access token comes in the fragment",
        path: authorize(app, "token", &[("state", STATE)]),
    };
    if app.is_public() {
        return vec![token];
    }
    let unshared = [("state", STATE), ("return_unshared", "true")];
    let mut entries = vec![
        Entry {
            name: "Log in with Clever",
            hint: FOREIGN_STATE,
            path: authorize(app, "code", &[("state", STATE)]),
        },
        Entry { name: "Instant Login", hint: "without a state", path: instant_login(app, &[]) },
        Entry {
            name: "Log in, with an error for people without access",
            hint: "return_unshared=true: they reach the app with an error instead of a page here",
            path: authorize(app, "code", &unshared),
        },
        token,
    ];
    if app.is_library() {
        entries.extend(of_library(app));
    }
    entries
}

/// The links for Clever Library, which has a portal but is not a district.
fn of_library(app: &App) -> [Entry; 2] {
    let icon = authorize(app, response_type(app), &[("channel", "clever-portal"), ("confirmed", "true")]);
    [
        Entry { name: "Portal of Clever Library", hint: PORTAL, path: portal(Home::Library) },
        Entry { name: "Icon in the portal", hint: STATELESS, path: icon },
    ]
}

/// The links for one district.
pub(super) fn of_district(app: &App, district: &District) -> Vec<Entry> {
    let id = district.id.as_str();
    let response_type = response_type(app);
    let mut entries = vec![
        Entry { name: "Portal", hint: PORTAL, path: portal(Home::District(district)) },
        Entry {
            name: "Icon in the portal",
            hint: STATELESS,
            path: authorize(
                app,
                response_type,
                &[("channel", "clever-portal"), ("confirmed", "true"), ("district_id", id)],
            ),
        },
        Entry {
            name: "Log in with Clever",
            hint: "with district_id, which skips the school search",
            path: authorize(app, response_type, &[("district_id", id), ("state", STATE)]),
        },
    ];
    if !app.is_public() {
        entries.push(Entry {
            name: "Instant Login",
            hint: "a link that a district puts on its own page; without a state",
            path: instant_login(app, &[("district_id", id)]),
        });
    }
    entries
}

/// The portal of a district or of Clever Library: where its people see their apps, after a sign-in.
fn portal(home: Home<'_>) -> String {
    format!("/in/{}", home.short_name())
}

/// The districts that share an app; none for one of Clever Library.
pub(super) fn districts<'a>(app: &'a App, world: &'a World) -> impl Iterator<Item = &'a District> {
    let shared = |district: &&District| match app.districts() {
        Some(ids) => ids.contains(&district.id),
        None => !app.is_library(),
    };
    world.districts().iter().filter(shared)
}

/// The link that opens an app for a person who just signed in: without a state, like an icon in the portal. It names the person if
/// logins are automatic, because a sign-in has no effect then.
pub(crate) fn launch(app: &App, automatic: Option<&str>) -> String {
    let person: Vec<_> = automatic.map(|person| ("emulator_login", person)).into_iter().collect();
    authorize(app, response_type(app), &[&[("channel", "clever-portal")][..], &person].concat())
}

fn response_type(app: &App) -> &'static str {
    if app.is_public() { "token" } else { "code" }
}

fn authorize(app: &App, response_type: &str, more: &[(&str, &str)]) -> String {
    let always = [
        ("response_type", response_type),
        ("client_id", app.client_id()),
        ("redirect_uri", app.primary_redirect_uri()),
    ];
    with_query("/oauth/authorize", &[&always, more].concat())
}

/// An Instant Login link into an app.
pub(crate) fn instant_login(app: &App, more: &[(&str, &str)]) -> String {
    with_query("/oauth/instant-login", &[&[("client_id", app.client_id())], more].concat())
}

fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let query = Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{path}?{query}")
}
