//! `/me`: to whom does this token belong, and where is the rest?

use serde_json::{Value, json};

use super::links::{link, with};
use super::resource::older_type;
use super::version::Version;
use crate::world::Person;

/// `GET /{version}/me`. Before version 3 it tells of the role of the login, under the id that this role has there.
pub(super) fn me(version: Version, person: &Person) -> Value {
    let (user_type, id) = if version.has_roles() {
        ("user", &person.id)
    } else {
        (older_type(person.role.user_type), &person.role.legacy_id)
    };
    let told = version.as_str();
    let data = json!({ "id": id, "type": user_type });
    let data = with(data, "district", person.district_id.as_deref());
    let authorized_by = (version >= Version::V2_1).then(|| person.authorized_by());
    let data = with(data, "authorized_by", authorized_by);
    let mut links = vec![link("self", "/me"), link("canonical", &format!("/{told}/{user_type}s/{id}"))];
    let district = person.district_id.as_ref().map(|id| format!("/{told}/districts/{id}"));
    links.extend(district.map(|uri| link("district", &uri)));
    json!({ "type": user_type, "data": data, "links": links })
}
