//! People. In version 3, a person is one user with all roles. Before that, each role is a separate user with its own id.

use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::facts::{self, Facts};
use super::links::{joined, link, list, object, with};
use super::resource::{Part, Version, older_type};
use super::{districts, roles, schools};
use crate::world::{Person, Role, School, UserType};

/// `GET /v3.x/users/{id}`
pub(super) fn user(caller: &Caller<'_>, version: Version, id: &str) -> Option<Value> {
    let person = caller.person(|person| person.id == id)?;
    Some(object(&data(caller, version, person), &user_links(caller, version, person)))
}

/// `GET /v3.x/users/{id}/{part}`. A world has no sections, and does not say who is whose parent or teacher, so these lists are
/// empty.
pub(super) fn part(caller: &Caller<'_>, version: Version, id: &str, part: Part) -> Option<Value> {
    let person = caller.person(|person| person.id == id)?;
    let uri = |rel| format!("{}/{rel}", uri(version, person));
    let empty = |rel| list(&uri(rel), std::iter::empty());
    Some(match part {
        Part::District => return districts::district(caller, version, person.district_id.as_deref()?),
        Part::Schools => schools::list_of(version, &uri("schools"), schools_of(caller, person)),
        Part::Sections => empty("sections"),
        Part::Contacts => empty("myContacts"),
        Part::Students => empty("myStudents"),
        Part::Teachers => empty("myTeachers"),
    })
}

/// Clever's name is an object, even in userinfo, where OpenID Connect has a string.
pub(super) fn name(person: &Person) -> Value {
    let name = json!({ "first": person.given_name, "last": person.family_name });
    with(name, "middle", person.middle_name.as_deref())
}

/// The data of a person in any role. A person without an email or district does not have these members.
pub(super) fn common(person: &Person) -> Value {
    let data = json!({
        "name": name(person),
        "created": facts::created(&person.id),
        "last_modified": facts::last_modified(&person.id),
    });
    let data = with(data, "district", person.district_id.as_deref());
    with(data, "email", person.email.as_deref())
}

fn data(caller: &Caller<'_>, version: Version, person: &Person) -> Value {
    let role_of = |role| {
        let facts = Facts { world: caller.world, person, role };
        let members = with(roles::members(&facts, version), "legacy_id", Some(role.legacy_id.as_str()));
        (role.user_type.as_str().to_owned(), of_role(members, person, role.user_type))
    };
    let roles: Map<_, _> = person.roles().map(role_of).collect();
    joined(common(person), json!({ "id": person.id, "roles": roles }))
}

/// The data of the person that a role repeats.
fn of_role(members: Value, person: &Person, user_type: UserType) -> Value {
    let email = person.email.as_deref().filter(|_| user_type == UserType::Student);
    with(members, "email", email)
}

fn user_links(caller: &Caller<'_>, version: Version, person: &Person) -> Vec<Value> {
    let uri = uri(version, person);
    let mut links = vec![link("self", &uri)];
    if caller.is_district() {
        let is = |user_type| person.roles().any(|role| role.user_type == user_type);
        let teaches_or_learns = is(UserType::Student) || is(UserType::Teacher);
        let further = [
            ("district", true),
            ("sections", teaches_or_learns),
            ("myContacts", is(UserType::Student)),
            ("myTeachers", is(UserType::Student)),
            ("myStudents", is(UserType::Teacher) || is(UserType::Contact)),
            ("schools", person.roles().any(|role| !role.schools.is_empty())),
        ];
        let there = further.into_iter().filter(|(_, there)| *there);
        links.extend(there.map(|(rel, _)| link(rel, &format!("{uri}/{rel}"))));
    }
    links
}

/// In the order of the roles, none twice.
fn schools_of<'a>(caller: &Caller<'a>, person: &'a Person) -> Vec<&'a School> {
    let mut ids: Vec<&str> = Vec::new();
    for id in person.roles().flat_map(|role| &role.schools) {
        if !ids.contains(&id.as_str()) {
            ids.push(id);
        }
    }
    ids.into_iter().filter_map(|id| caller.world.school(id)).collect()
}

fn uri(version: Version, person: &Person) -> String {
    format!("/{}/users/{}", version.as_str(), person.id)
}

/// `GET /v1.x/{type}s/{id}` and `GET /v2.x/{type}s/{id}`
pub(super) fn older_user(
    caller: &Caller<'_>,
    version: Version,
    user_type: UserType,
    id: &str,
) -> Option<Value> {
    let is_meant = |role: &&Role| role.user_type == user_type && role.legacy_id == id;
    let person = caller.person(|person| person.roles().any(|role| is_meant(&role)))?;
    let role = person.roles().find(is_meant)?;
    let facts = Facts { world: caller.world, person, role };
    let data = joined(older_person(person, role), roles::members(&facts, version));
    let uri = format!("/{}/{}s/{id}", version.as_str(), older_type(user_type));
    Some(object(&data, &[link("self", &uri)]))
}

/// Only students and teachers have times, and a contact's name is one text.
fn older_person(person: &Person, role: &Role) -> Value {
    let mut data = joined(common(person), json!({ "id": role.legacy_id }));
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
