//! Userinfo (OpenID Connect Core 1.0 section 5.3), with Clever's own claims, and a name that is an object.

use serde_json::{Value, json};

use super::links::with;
use super::users::name;
use crate::world::Person;

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
