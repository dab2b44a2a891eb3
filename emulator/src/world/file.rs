//! The text of a world: its tables, and how they become a world.
//!
//! - `district_table`, `app_table`, `role_table`: the tables with their own rules;
//! - `table`: a table that cannot be written as a list; `checks`: the rules for single values; `refusals`: a test for each.
//!
//! TOML says where every value is, so an error names the line. Unknown members are refused: otherwise, a misspelled one would
//! be silently ignored.

use std::fs::File as Opened;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::apps::{App, Apps};
use super::district::{District, School};
use super::error::WorldError;
use super::model::World;
use super::person::{Person, Role};
use app_table::AppTable;
use checks::{Lines, Names, Text, check_district, check_grades, check_id, check_school};
use district_table::{DistrictTable, districts};
use role_table::RoleTable;
use table::Table;

mod app_table;
mod checks;
mod district_table;
#[cfg(test)]
mod refusals;
mod role_table;
mod table;

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

impl World {
    /// The world that this text describes. `docs/emulator.md` explains the format.
    ///
    /// # Errors
    /// With line and reason, when the text is not TOML or does not describe a world.
    pub fn from_toml(text: &str) -> Result<Self, WorldError> {
        read(text)
    }

    /// The world that this file describes.
    ///
    /// # Errors
    /// With file, line and reason, when the file cannot be read or does not describe a world.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, WorldError> {
        let path = path.as_ref();
        let text = text_of(path).map_err(|error| WorldError::unreadable(path, &error))?;
        match text {
            Some(text) => Self::from_toml(&text).map_err(|error| error.in_file(path)),
            None => Err(WorldError::too_large(path, LARGEST)),
        }
    }
}

/// About thirty thousand people. A larger file, or a device that never ends, is not read to its end.
const LARGEST: usize = 8 * 1024 * 1024;

/// The text of this file, unless it is too large.
fn text_of(path: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    Opened::open(path)?.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > LARGEST {
        return Ok(None);
    }
    String::from_utf8(bytes).map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// The world of this text.
fn read(text: &str) -> Result<World, WorldError> {
    let lines = Lines(text);
    let file: File = toml::from_str(text).map_err(|error| {
        let line = lines.number(error.span().unwrap_or_default().start);
        WorldError::at(line, reason(error.message()))
    })?;
    let districts = districts(&lines, &file.district)?;
    let schools = schools(&lines, &file.school, &districts)?;
    let apps = apps(&lines, &file.app, &districts)?;
    let people = people(&lines, &file.person, &districts, &schools)?;
    Ok(World { districts, schools, apps, people })
}

/// The person that this JSON object describes, as a person of this world.
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

/// One table of a world, from JSON. TOML has no null: it means unset.
fn in_toml(table: &str, members: &Map<String, Value>) -> Result<File, String> {
    let mut members = Value::Object(members.clone());
    without_nulls(&mut members);
    let text = toml::to_string(&Map::from_iter([(table.to_owned(), Value::Array(vec![members]))]));
    let file = text.map_err(|error| format!("{error}."))?;
    toml::from_str(&file).map_err(|error| {
        let place = error.span().and_then(|span| member_at(&file, span.start));
        let place = place.map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{place}{}", reason(error.message()))
    })
}

/// The error of the parser, as a sentence. It repeats a value of the wrong type. Only a number instead of a name may stay,
/// because anything else may be a secret, or a table with a secret that was written as a text.
fn reason(message: &str) -> String {
    let wrong = ["invalid type: ", "invalid value: "]
        .into_iter()
        .find_map(|start| Some((start, message.strip_prefix(start)?.rsplit_once(", expected ")?)));
    match wrong {
        Some((start, (found, expected))) if found.starts_with("string") || expected != "a string" => {
            let kind = found.split(['`', '"']).next().unwrap_or_default().trim_end();
            format!("{start}{kind}, expected {expected}.")
        }
        _ => format!("{message}.{}", nearest(message)),
    }
}

/// The member that a misspelled one was probably meant to be, as a sentence, if this message is about an unknown member. Such a
/// message names it first and then the known members.
fn nearest(message: &str) -> String {
    let mut names = message.strip_prefix("unknown field ").unwrap_or_default().split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    let distance = |known: &&str| strsim::damerau_levenshtein(known, &unknown.to_lowercase());
    let nearest = names.min_by_key(distance).filter(|known| distance(known) <= 3.min(known.len() / 2));
    nearest.map(|known| format!(" Did you mean `{known}`?")).unwrap_or_default()
}

/// The name of the member whose value is at this byte, in a text with one member on each line. A table has a line with its name
/// in brackets.
fn member_at(text: &str, byte: usize) -> Option<&str> {
    let before = text.get(..byte)?;
    let line = &before[before.rfind('\n').map_or(0, |end| end.saturating_add(1))..];
    let line = text.get(before.len() - line.len()..)?.lines().next()?;
    let table = line.strip_prefix('[').map(|line| line.trim_matches(['[', ']']));
    let table = table.and_then(|path| path.split('.').nth(1));
    table.or_else(|| line.split_once(" = ").map(|(name, _)| name))
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
    // A file that is being written is briefly empty, and is not a world then.
    if tables.is_empty() {
        return Err(WorldError::at(1, "this world has no people; it needs at least one [[person]]."));
    }
    // A person can be found by any of the three, so no other person may have the same value in any of them.
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
        || lines.wrong(&table.roles, "a person without a role cannot log in; roles needs at least one.");
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
        // In API v3, the roles are an object, which has each name once.
        kinds.take("role", role.user_type())?;
        for school in role.schools() {
            check_school(lines, school, table.district.as_ref(), schools)?;
        }
        roles.push(read);
    }
    Ok(roles)
}
