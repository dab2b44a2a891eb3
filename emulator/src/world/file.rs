//! The text of a world: its tables, and how they become a world.
//!
//! TOML tells where every value stands, so that whoever wrote it is sent to the line. Members that nobody knows are
//! refused, because a misspelt one would otherwise do nothing, in silence.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::app_table::AppTable;
use super::checks::{Lines, Names, Text, check_district, check_grades, check_id, check_school};
use super::district_table::{DistrictTable, districts};
use super::error::WorldError;
use super::role_table::RoleTable;
use super::table::Table;
use super::{District, Person, Role, School, World};
use crate::apps::{App, Apps};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    district: Vec<Table<DistrictTable>>,
    #[serde(default)]
    school: Vec<Table<SchoolTable>>,
    #[serde(default)]
    app: Vec<Table<AppTable>>,
    #[serde(default)]
    person: Vec<Table<PersonTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchoolTable {
    id: Text,
    name: String,
    district: Text,
    grades: Option<[Text; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonTable {
    handle: Text,
    quirk: Option<String>,
    id: Text,
    number: Text,
    given_name: String,
    middle_name: Option<String>,
    family_name: String,
    email: Option<String>,
    district: Option<Text>,
    roles: Spanned<Vec<Table<RoleTable>>>,
}

/// The world of this text.
pub(super) fn read(text: &str) -> Result<World, WorldError> {
    let lines = Lines(text);
    let file: File = toml::from_str(text).map_err(|error| {
        let line = lines.number(error.span().unwrap_or_default().start);
        WorldError::at(line, format!("{}.", error.message()))
    })?;
    let districts = districts(&lines, &file.district)?;
    let schools = schools(&lines, &file.school, &districts)?;
    let apps = apps(&lines, &file.app, &districts)?;
    let people = people(&lines, &file.person, &districts, &schools)?;
    Ok(World { districts, schools, apps, people })
}

/// The person that this JSON object describes, as somebody of this world.
pub(super) fn person_of(world: &World, members: &Map<String, Value>) -> Result<Person, String> {
    let file = in_toml("person", members)?;
    let (lines, people) = (Lines(""), file.person.first());
    let table = people.ok_or("the person is missing.")?;
    let named = [("handle", &table.handle), ("person id", &table.id), ("number", &table.number)];
    let are_words = named.into_iter().try_for_each(|(what, name)| Names::new(&lines).take(what, name));
    are_words
        .and_then(|()| person(&lines, table, &world.districts, &world.schools))
        .map_err(|error| error.reason().to_owned())
}

/// The app that this JSON object describes, as one of this world.
pub(super) fn app_of(world: &World, members: &Map<String, Value>) -> Result<App, String> {
    let file = in_toml("app", members)?;
    let lines = Lines("");
    let table = file.app.first().ok_or("the app is missing.")?;
    table.app(&lines, &world.districts).map_err(|error| error.reason().to_owned())
}

/// One table of the text of a world, from JSON. Null is not there in TOML: it counts as left out.
fn in_toml(table: &str, members: &Map<String, Value>) -> Result<File, String> {
    let mut members = Value::Object(members.clone());
    without_nulls(&mut members);
    let text = toml::to_string(&Map::from_iter([(table.to_owned(), Value::Array(vec![members]))]));
    let file = text.map_err(|error| format!("{error}."))?;
    toml::from_str(&file).map_err(|error| {
        let place = error.span().and_then(|span| member_at(&file, span.start));
        format!("{}{}.", place.map(|name| format!("{name}: ")).unwrap_or_default(), error.message())
    })
}

/// The name of the member whose value stands at this byte of a text with a member a line.
fn member_at(text: &str, byte: usize) -> Option<&str> {
    let before = text.get(..byte)?;
    let line = &before[before.rfind('\n').map_or(0, |end| end.saturating_add(1))..];
    line.split_once(" = ").map(|(name, _)| name)
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

fn schools(
    lines: &Lines<'_>,
    tables: &[Table<SchoolTable>],
    districts: &[District],
) -> Result<Vec<School>, WorldError> {
    let mut ids = Names::new(lines);
    let mut schools = Vec::new();
    for table in tables {
        check_id(lines, &table.id)?;
        ids.take("school id", &table.id)?;
        check_district(lines, &table.district, districts)?;
        let (id, district_id) = (table.id.get_ref().clone(), table.district.get_ref().clone());
        let grades = table.grades.as_ref().map(|grades| check_grades(lines, grades)).transpose()?;
        schools.push(School { id, name: table.name.clone(), district_id, grades });
    }
    Ok(schools)
}

fn apps(lines: &Lines<'_>, tables: &[Table<AppTable>], districts: &[District]) -> Result<Apps, WorldError> {
    let mut ids = Names::new(lines);
    let mut apps = Apps::default();
    for table in tables {
        ids.take("client id", table.client_id())?;
        let app = table.app(lines, districts)?;
        apps.add(app).map_err(|error| lines.wrong(table.client_id(), error.to_string()))?;
    }
    Ok(apps)
}

fn people(
    lines: &Lines<'_>,
    tables: &[Table<PersonTable>],
    districts: &[District],
    schools: &[School],
) -> Result<Vec<Arc<Person>>, WorldError> {
    // A file that is being written is empty for a moment, and should not be taken for a world then.
    if tables.is_empty() {
        return Err(WorldError::at(1, "there is nobody in this world; it needs at least one [[person]]."));
    }
    // A person is asked for by any of the three, so none of them may be any of somebody else's.
    let mut names = Names::new(lines);
    for table in tables {
        names.take("handle", &table.handle)?;
        names.take("person id", &table.id)?;
        names.take("number", &table.number)?;
    }
    tables.iter().map(|table| person(lines, table, districts, schools).map(Arc::new)).collect()
}

fn person(
    lines: &Lines<'_>,
    table: &PersonTable,
    districts: &[District],
    schools: &[School],
) -> Result<Person, WorldError> {
    check_id(lines, &table.id)?;
    if let Some(district) = &table.district {
        check_district(lines, district, districts)?;
    }
    let mut roles = roles(lines, table, schools)?.into_iter();
    let none =
        || lines.wrong(&table.roles, "somebody without a role cannot log in; roles needs one at least.");
    let role = roles.next().ok_or_else(none)?;
    Ok(Person {
        handle: table.handle.get_ref().clone(),
        quirk: table.quirk.clone(),
        id: table.id.get_ref().clone(),
        sign_in_number: table.number.get_ref().clone(),
        given_name: table.given_name.clone(),
        middle_name: table.middle_name.clone(),
        family_name: table.family_name.clone(),
        email: table.email.clone(),
        district_id: table.district.as_ref().map(|id| id.get_ref().clone()),
        role,
        other_roles: roles.collect(),
    })
}

fn roles(lines: &Lines<'_>, table: &PersonTable, schools: &[School]) -> Result<Vec<Role>, WorldError> {
    let mut kinds = Names::new(lines);
    let mut roles = Vec::new();
    for role in table.roles.get_ref() {
        let read = role.role(lines, &table.id)?;
        // In API v3 the roles are an object, which has each name once.
        kinds.take("role", role.user_type())?;
        for school in role.schools() {
            check_school(lines, school, table.district.as_ref(), schools)?;
        }
        roles.push(read);
    }
    Ok(roles)
}
