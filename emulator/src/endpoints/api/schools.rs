//! Schools: a login sees those of the person, a district token all of the district.

use serde_json::{Value, json};

use super::caller::Caller;
use super::facts::{created, last_modified, phone};
use super::links::{joined, link, list, object};
use super::resource::Version;
use crate::world::{School, derived};

/// The grades of schools without grades in the world.
const USUAL_GRADES: [(&str, &str); 3] = [("Kindergarten", "5"), ("6", "8"), ("9", "12")];

/// `GET /{version}/schools/{id}`
pub(super) fn school(caller: &Caller<'_>, version: Version, id: &str) -> Option<Value> {
    let school = caller.schools().find(|school| school.id == id)?;
    Some(object(&data(version, school), &[link("self", &uri(version, school))]))
}

/// `GET /{version}/schools`
pub(super) fn all(caller: &Caller<'_>, version: Version) -> Value {
    list_of(version, &format!("/{}/schools", version.as_str()), caller.schools())
}

/// These schools as an answer.
pub(super) fn list_of<'a>(
    version: Version,
    address: &str,
    schools: impl IntoIterator<Item = &'a School>,
) -> Value {
    list(address, schools.into_iter().map(|school| (data(version, school), uri(version, school))))
}

fn data(version: Version, school: &School) -> Value {
    let id = school.id.as_str();
    let (low, high) = grades(school);
    let number = derived::digits("school_number", id, 4);
    let data = json!({
        "created": created(id),
        "district": school.district_id,
        "high_grade": high,
        "id": id,
        "last_modified": last_modified(id),
        "location": {
            "address": format!("{} Emulated Street", derived::number("house", id, 900) + 1),
            "city": "Emulated City",
            "state": "NY",
            "zip": derived::digits("zip", id, 5),
        },
        "low_grade": low,
        "name": school.name,
        "phone": phone(id),
        "principal": principal(id),
        "school_number": number,
        "sis_id": number,
        "state_id": derived::digits("state_id", id, 5),
    });
    if version < Version::V2_1 {
        return data;
    }
    joined(data, json!({ "ext": { "charter_school": derived::pick("charter_school", id, &["Y", "N"]) } }))
}

fn principal(id: &str) -> Value {
    let first = derived::pick("principal's first name", id, &["Alice", "Ben", "Carmen", "Dmitri", "Esther"]);
    let last = derived::pick("principal's last name", id, &["Abara", "Bianchi", "Castro", "Dahl", "Evans"]);
    let email = format!("{first}.{last}@emulated.example").to_ascii_lowercase();
    json!({ "name": format!("{first} {last}"), "email": email })
}

fn grades(school: &School) -> (&str, &str) {
    if let Some((low, high)) = &school.grades {
        return (low, high);
    }
    let place = derived::number("grades", &school.id, 3);
    let usual = usize::try_from(place).ok().and_then(|place| USUAL_GRADES.get(place));
    *usual.unwrap_or(&USUAL_GRADES[0])
}

fn uri(version: Version, school: &School) -> String {
    format!("/{}/schools/{}", version.as_str(), school.id)
}
