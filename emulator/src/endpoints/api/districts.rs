//! Districts: a login sees id and name; a district's own token also sees its state.

use serde_json::{Value, json};

use super::caller::Caller;
use super::links::{joined, link, list, object};
use super::resource::Version;
use crate::world::{District, LoginMethod, UserType, derived};

/// `GET /{version}/districts/{id}`
pub(super) fn district(caller: &Caller<'_>, version: Version, id: &str) -> Option<Value> {
    let district = caller.district().filter(|district| district.id == id)?;
    Some(object(&data(caller, version, district), &[link("self", &uri(version, district))]))
}

/// `GET /{version}/districts`: a token has one district.
pub(super) fn all(caller: &Caller<'_>, version: Version) -> Value {
    let districts = caller.district().into_iter();
    let objects = districts.map(|district| (data(caller, version, district), uri(version, district)));
    list(&format!("/{}/districts", version.as_str()), objects)
}

fn data(caller: &Caller<'_>, version: Version, district: &District) -> Value {
    let data = json!({ "id": district.id, "name": district.name });
    if !caller.is_district() || version < Version::V2_0 {
        return data;
    }
    let state = json!({
        "error": "",
        "last_sync": derived::time("last_sync", &district.id, 2024, (8, 8)),
        "launch_date": launch_date(district),
        "sis_type": "sftp",
        "state": "running",
    });
    let data = joined(data, state);
    if version < Version::V2_1 {
        return data;
    }
    let portal = json!({
        "district_contact": contact(caller, district),
        "login_methods": login_methods(district),
        "portal_url": format!("{}/in/{}", caller.base_url, district.short_name),
    });
    joined(data, portal)
}

/// The contact of the district: its first administrator, or a made-up person.
fn contact(caller: &Caller<'_>, district: &District) -> Value {
    let administrator = caller.world.people().iter().find(|person| {
        let administers = person.roles().any(|role| role.user_type == UserType::DistrictAdmin);
        administers && person.district_id.as_ref() == Some(&district.id)
    });
    let (first, last) = administrator
        .map_or(("District", "Contact"), |person| (person.given_name.as_str(), person.family_name.as_str()));
    let email =
        administrator.and_then(|person| person.email.as_deref()).unwrap_or("contact@emulated.example");
    json!({
        "district": district.id,
        "email": email,
        "name": { "first": first, "last": last },
        "title": "",
        "id": derived::object_id("contact", &district.id),
    })
}

fn launch_date(district: &District) -> String {
    derived::time("launch_date", &district.id, 2017, (6, 8)).chars().take("2017-06-01".len()).collect()
}

/// How people of the district sign in, in Clever's words; an identity provider has its own name.
fn login_methods(district: &District) -> Vec<&str> {
    let word = |method: &LoginMethod| match method {
        LoginMethod::IdentityProvider => district.identity_provider.as_str(),
        LoginMethod::Password => "Clever Passwords",
        LoginMethod::Badge => "Clever Badges",
    };
    district.login_methods.iter().map(word).collect()
}

fn uri(version: Version, district: &District) -> String {
    format!("/{}/districts/{}", version.as_str(), district.id)
}
