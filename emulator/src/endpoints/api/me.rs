//! The person of a login: `/me` in Clever's form, and userinfo as in OpenID Connect (OpenID Connect Core 1.0 section 5.3),
//! with Clever's own claims and a name that is an object.

use serde_json::{Value, json};

use super::links::{link, with};
use super::resource::{Version, older_type};
use super::users::name;
use crate::world::Person;

/// `GET /{version}/me`. Before version 3, it returns the role of the login, with the id of that role.
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

/// `GET /userinfo` and `POST /userinfo`
pub(super) fn userinfo(person: &Person) -> Value {
    let info = json!({
        "sub": person.id,
        "user_id": person.role.legacy_id,
        "multi_role_user_id": person.id,
        "user_type": person.role.user_type.as_str(),
        "name": name(person),
        "schools": person.role.schools,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email_verified": false,
        "authorized_by": person.authorized_by(),
    });
    let info = with(info, "district_id", person.district_id.as_deref());
    let info = with(info, "district", person.district_id.as_deref());
    with(info, "email", person.email.as_deref())
}
