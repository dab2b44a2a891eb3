//! The portal: what somebody sees who comes to Clever first, and goes to an app from there.

use axum::http::StatusCode;
use axum::response::Response;

use super::authorize::callback::encoded;
use super::refusal::Refusal;
use super::{login, session};
use crate::http::request::Request;
use crate::http::responses;
use crate::pages::{self, PortalPage, Way};
use crate::shared::Shared;
use crate::world::App;
use crate::world::{Home, Person, World};

/// `GET /in/{short_name}`: the portal of this home, or its login page.
pub(crate) fn show(shared: &Shared, request: &Request) -> Response {
    let world = shared.world();
    let short_name = request.segment(1);
    let Some(home) = world.home(short_name) else { return Refusal::no_school(short_name).page() };
    if let Some(person) = session::person(shared, request).filter(|person| home.is_of(person)) {
        return page(shared, request, &world, &person);
    }
    let address = address(request, home);
    login::at_home(shared, request, &Way { home, target: Some(&address), app: None })
}

/// The portal of this person.
pub(super) fn page(shared: &Shared, request: &Request, world: &World, person: &Person) -> Response {
    let home = world.home_of(person);
    let apps = world.apps().iter().filter(|app| app.admits(person));
    let apps = apps.map(|app| (app, link(request, app, home))).collect();
    let automatic = shared.auto_login.is_some();
    let page = PortalPage { person, home, apps, automatic, address: address(request, home) };
    let page = responses::page(StatusCode::OK, pages::portal(&page));
    responses::explained(page, "the portal was shown: its icons lead to the apps, without a state")
}

fn address(request: &Request, home: Home<'_>) -> String {
    format!("{}/in/{}", request.prefix(), home.short_name())
}

/// What an icon leads to, as in Clever's portal: no state and no nonce. An app without a secret can only get a token, and
/// the people of Clever Library have no district to name.
fn link(request: &Request, app: &App, home: Home<'_>) -> String {
    let response_type = if app.is_public() { "token" } else { "code" };
    let mut parameters =
        vec![("channel", "clever-portal"), ("client_id", app.client_id()), ("confirmed", "true")];
    parameters.extend(home.district_id().map(|id| ("district_id", id)));
    parameters.extend([("redirect_uri", app.primary_redirect_uri()), ("response_type", response_type)]);
    format!("{}/oauth/authorize?{}", request.prefix(), encoded(&parameters))
}
