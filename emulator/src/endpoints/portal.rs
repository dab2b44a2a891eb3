//! The portal: the page of people who start at Clever, and open an app from there.

use axum::http::StatusCode;

use super::call::Call;
use super::login::page as login_page;
use super::refusal::Refusal;
use super::session;
use crate::http::answer::Answer;
use crate::http::parameters::encoded;
use crate::http::request::Request;
use crate::pages::{self, LoginContext, PortalApp, PortalPage};
use crate::world::{App, Home, Person};

const SHOWN: &str = "the portal was shown: its icons lead to the apps, without a state";

/// `GET /in/{short_name}`: the portal of this home, or its login page.
pub(crate) fn show(call: &Call) -> Answer {
    let short_name = call.request.segment(1);
    let Some(home) = call.world.home(short_name) else {
        return Refusal::no_school(short_name).page(call.request.language());
    };
    if let Some(person) = session::person(call).filter(|person| home.is_of(person)) {
        return page(call, &person);
    }
    let address = address(&call.request, home);
    login_page::show(
        call,
        &LoginContext { home, target: Some(&address), app: None, language: call.request.language() },
    )
}

/// The portal of this person.
pub(super) fn page(call: &Call, person: &Person) -> Answer {
    let home = call.world.home_of(person);
    let apps = call.world.apps().iter().filter_map(|app| {
        let is_flagged = app.is_flagged_for(person);
        let link = link(&call.request, app, home);
        (is_flagged || app.admits(person)).then_some(PortalApp { app, link, is_flagged })
    });
    let apps = apps.collect();
    let automatic = call.shared.auto_login.is_some();
    let (address, language) = (address(&call.request, home), call.request.language());
    let page = PortalPage { person, home, apps, automatic, address, language };
    Answer::page(StatusCode::OK, pages::portal(&page), SHOWN)
}

fn address(request: &Request, home: Home<'_>) -> String {
    format!("{}/in/{}", request.prefix, home.short_name())
}

/// The link of an icon, as in Clever's portal: no state and no nonce. An app without a secret can only get a token, and people
/// of Clever Library have no district to name.
fn link(request: &Request, app: &App, home: Home<'_>) -> String {
    let response_type = if app.is_public() { "token" } else { "code" };
    let mut parameters =
        vec![("channel", "clever-portal"), ("client_id", app.client_id()), ("confirmed", "true")];
    parameters.extend(home.district_id().map(|id| ("district_id", id)));
    parameters.extend([("redirect_uri", app.primary_redirect_uri()), ("response_type", response_type)]);
    format!("{}/oauth/authorize?{}", request.prefix, encoded(&parameters))
}
