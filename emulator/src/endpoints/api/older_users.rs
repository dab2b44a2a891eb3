//! People, as versions 1 and 2 show them: each role is a user of its own, with the id it had then.

use serde_json::{Value, json};

use super::caller::Caller;
use super::facts::Facts;
use super::links::{joined, link, object};
use super::resource::older_type;
use super::version::Version;
use super::{roles, users};
use crate::world::{Person, Role, UserType};

/// `GET /v1.x/{type}s/{id}` and `GET /v2.x/{type}s/{id}`
pub(super) fn user(caller: &Caller<'_>, version: Version, user_type: UserType, id: &str) -> Option<Value> {
    let is_meant = |role: &&Role| role.user_type == user_type && role.legacy_id == id;
    let person = caller.person(|person| person.roles().any(|role| is_meant(&role)))?;
    let role = person.roles().find(is_meant)?;
    let facts = Facts { world: caller.world, person, role };
    let data = joined(of_person(person, role), roles::members(&facts, version));
    let uri = format!("/{}/{}s/{id}", version.as_str(), older_type(user_type));
    Some(object(&data, &[link("self", &uri)]))
}

/// Times are told of students and teachers only, and a contact's name is one text.
fn of_person(person: &Person, role: &Role) -> Value {
    let mut data = joined(users::common(person), json!({ "id": role.legacy_id }));
    let Some(members) = data.as_object_mut() else { return data };
    if ![UserType::Student, UserType::Teacher].contains(&role.user_type) {
        members.remove("created");
        members.remove("last_modified");
    }
    if role.user_type == UserType::Contact {
        members.insert("name".into(), person.full_name().into());
    }
    data
}
