//! Codes and tokens without a browser, and the end of every sign-in.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::problem::{Problem, body_with};
use crate::endpoints::call::Call;
use crate::endpoints::{authorize, tokens as token_endpoint};
use crate::keys::custom_claims::{self, CustomClaims};
use crate::memory::grants::CodeGrant;
use crate::memory::locked;
use crate::world::App;
use crate::world::{Person, World};

/// The members of `POST codes` and `POST tokens`.
const MEMBERS: [&str; 5] = ["person", "client_id", "redirect_uri", "nonce", "claims"];

/// `POST codes`
pub(super) fn code(call: &Call) -> Result<Value, Problem> {
    let world = &call.world;
    let (app, grant) = grant(world, &body_with(&call.request, &MEMBERS)?)?;
    if app.is_public() {
        return Err(Problem::request("This app has no secret, so no code can be made for it."));
    }
    let redirect_uri = grant.redirect_uri.clone();
    Ok(json!({ "code": authorize::store_code(&call.shared, grant)?, "redirect_uri": redirect_uri }))
}

/// `POST tokens`
pub(super) fn tokens(call: &Call) -> Result<Value, Problem> {
    let world = &call.world;
    let (app, grant) = grant(world, &body_with(&call.request, &MEMBERS)?)?;
    Ok(token_endpoint::tokens(call, app, &grant)?)
}

/// `DELETE sessions`
pub(in crate::endpoints) fn end_sessions(call: &Call) -> Value {
    locked(&call.shared.grants).sign_everyone_out();
    json!({ "done": true })
}

/// The grant of a login of this person at this app.
fn grant<'a>(world: &'a World, body: &Map<String, Value>) -> Result<(&'a App, CodeGrant), Problem> {
    let person = person(world, body)?;
    let app = app(world, body)?;
    if !app.admits(&person) {
        return Err(Problem::request("This person has no access to this app."));
    }
    let redirect_uri = redirect_uri(app, body)?;
    let nonce = text(body, "nonce")?.map(str::to_owned);
    let person = app.in_role(person);
    let claims = claims(body)?;
    Ok((app, CodeGrant { client_id: app.client_id().to_owned(), redirect_uri, nonce, person, claims }))
}

fn person(world: &World, body: &Map<String, Value>) -> Result<Arc<Person>, Problem> {
    let person = text(body, "person")?.and_then(|name| world.person(name));
    let handles = || {
        let handles: Vec<_> = world.people().iter().map(|person| person.handle.as_str()).collect();
        handles.join(", ")
    };
    person.ok_or_else(|| {
        let message = "person must be a Clever id, a sign-in number or one of these handles";
        Problem::request(format!("{message}: {}.", handles()))
    })
}

fn app<'a>(world: &'a World, body: &Map<String, Value>) -> Result<&'a App, Problem> {
    let app = text(body, "client_id")?.and_then(|client_id| world.app(client_id));
    let known = || world.apps().iter().map(App::client_id).collect::<Vec<_>>().join(", ");
    app.ok_or_else(|| Problem::request(format!("client_id must be one of these: {}.", known())))
}

fn redirect_uri(app: &App, body: &Map<String, Value>) -> Result<String, Problem> {
    let asked = text(body, "redirect_uri")?.unwrap_or_else(|| app.primary_redirect_uri());
    let listed = app.redirect_uris().find(|listed| *listed == asked).map(str::to_owned);
    listed.ok_or_else(|| Problem::request("redirect_uri must exactly match one of the app's."))
}

fn claims(body: &Map<String, Value>) -> Result<CustomClaims, Problem> {
    match body.get("claims") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(claims)) => Ok(Some(Arc::new(claims.clone()))),
        Some(_) => Err(Problem::request(custom_claims::WRONG)),
    }
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Problem> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::request(format!("{name} must be a string."))),
    }
}
