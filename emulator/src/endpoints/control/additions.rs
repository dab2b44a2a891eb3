//! People and apps that are added while the emulator runs.

use serde_json::{Value, json};

use super::problem::{Problem, body};
use crate::endpoints::call::Call;
use crate::world::App;
use crate::world::{Person, Role};

/// `GET people`
pub(super) fn people(call: &Call) -> Value {
    json!({ "people": call.world.people().iter().map(|person| told(person)).collect::<Vec<_>>() })
}

/// `GET apps`
pub(super) fn apps(call: &Call) -> Value {
    json!({ "apps": call.world.apps().iter().map(told_app).collect::<Vec<_>>() })
}

/// `POST people`
pub(super) fn add_person(call: &Call) -> Result<Value, Problem> {
    let person = call.shared.live_world.add_person(body(&call.request)?);
    let person = person.map_err(Problem::request)?;
    Ok(told(&person))
}

/// `POST apps`
pub(super) fn add_app(call: &Call) -> Result<Value, Problem> {
    let app = call.shared.live_world.add_app(&body(&call.request)?);
    Ok(told_app(&app.map_err(Problem::request)?))
}

fn told(person: &Person) -> Value {
    json!({
        "handle": person.handle,
        "id": person.id,
        "number": person.sign_in_number,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "district": person.district_id,
        "roles": person.roles().map(told_role).collect::<Vec<_>>(),
    })
}

fn told_role(role: &Role) -> Value {
    json!({ "user_type": role.user_type.as_str(), "legacy_id": role.legacy_id, "schools": role.schools })
}

/// Without the secret, which its owner knows.
fn told_app(app: &App) -> Value {
    json!({
        "client_id": app.client_id(),
        "name": app.name(),
        "redirect_uris": app.redirect_uris().collect::<Vec<_>>(),
        "oidc": app.is_oidc(),
        "library": app.is_library(),
        "public": app.is_public(),
    })
}
