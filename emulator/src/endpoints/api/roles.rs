//! The data of a person in a role, by version.
//!
//! The members are those of Clever's published definitions, if recorded answers have them. People of Clever Library, who have
//! no district, only have schools.

use serde_json::{Value, json};

use super::facts::Facts;
use super::links::{joined, with};
use super::resource::Version;
use crate::world::UserType;

/// The members of a role that are the same in its own object and in the roles of version 3.
pub(super) fn members(facts: &Facts<'_>, version: Version) -> Value {
    if facts.person.is_in_library() {
        return if at_schools(facts) { with_schools(facts, version, json!({})) } else { json!({}) };
    }
    match facts.role.user_type {
        UserType::Student => student(facts, version),
        UserType::Teacher => teacher(facts, version),
        UserType::Staff => staff(facts, version),
        UserType::DistrictAdmin => json!({ "title": facts.title() }),
        UserType::Contact => contact(facts, version),
    }
}

fn at_schools(facts: &Facts<'_>) -> bool {
    ![UserType::DistrictAdmin, UserType::Contact].contains(&facts.role.user_type)
}

fn student(facts: &Facts<'_>, version: Version) -> Value {
    let data = json!({
        "credentials": credentials(facts),
        "dob": facts.dob(),
        "gender": facts.role.gender.as_deref().unwrap_or_default(),
        "grade": facts.grade(),
        "hispanic_ethnicity": "",
        "location": { "address": "", "city": "", "state": "", "zip": facts.zip() },
        "race": "",
        "sis_id": facts.person.sign_in_number,
        "state_id": facts.state_id(),
        "student_number": facts.person.sign_in_number,
    });
    let since_1_2 = json!({ "graduation_year": facts.graduation_year() });
    let since_2_1 =
        json!({ "enrollments": [], "ext": { "gifted_status": facts.yes_or_no("gifted_status") } });
    let data = with_schools(facts, version, data);
    let data = since(Version::V1_2, version, data, since_1_2);
    since(Version::V2_1, version, data, since_2_1)
}

fn teacher(facts: &Facts<'_>, version: Version) -> Value {
    let data = json!({
        "credentials": credentials(facts),
        "sis_id": facts.sis_id(),
        "state_id": facts.state_id(),
        "teacher_number": facts.person.sign_in_number,
        "title": facts.title(),
    });
    let ext = json!({ "ext": { "admin_permissions": facts.yes_or_no("admin_permissions") } });
    since(Version::V2_1, version, with_schools(facts, version, data), ext)
}

fn staff(facts: &Facts<'_>, version: Version) -> Value {
    let data = json!({
        "credentials": credentials(facts),
        "schools": facts.role.schools,
        "staff_id": facts.person.sign_in_number,
        "title": facts.title(),
    });
    let data = since(Version::V2_1, version, data, json!({ "department": "", "ext": {} }));
    since(Version::V3_0, version, data, json!({ "roles": [facts.title()] }))
}

/// A world does not say whose contact a person is, so there is no student. In version 3, the kind of relation moved into the
/// list of students.
fn contact(facts: &Facts<'_>, version: Version) -> Value {
    let data = json!({ "phone": facts.phone(), "phone_type": "Cell" });
    let data = since(Version::V1_2, version, data, json!({ "sis_id": facts.sis_id() }));
    match version {
        Version::V3_0 | Version::V3_1 => joined(data, json!({ "student_relationships": [] })),
        _ => {
            let relation = json!({ "relationship": "Parent", "type": "Parent/Guardian" });
            since(Version::V2_0, version, joined(data, relation), json!({ "students": [] }))
        }
    }
}

fn credentials(facts: &Facts<'_>) -> Value {
    json!({ "district_username": facts.person.sign_in_number })
}

/// The first school, and since version 1.2 all of them.
fn with_schools(facts: &Facts<'_>, version: Version, data: Value) -> Value {
    let schools = &facts.role.schools;
    let data = with(data, "school", schools.first().map(String::as_str));
    since(Version::V1_2, version, data, json!({ "schools": schools }))
}

fn since(first: Version, version: Version, data: Value, further: Value) -> Value {
    if version >= first { joined(data, further) } else { data }
}
