//! The claims of an ID token (OIDC Core 1.0 section 2): the standard claims and Clever's own.
//!
//! Clever documents no `at_hash`, `azp` or `auth_time`, so there are none here. A person without an email has no such claim, and
//! no email is ever verified.

use serde::Serialize;

use crate::world::Person;

/// Clever's ID tokens are valid for one hour.
const LIFETIME: u64 = 60 * 60;

/// The claims of an ID token.
#[derive(Debug, Serialize)]
pub(crate) struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    user_id: &'a str,
    multi_role_user_id: &'a str,
    user_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    district: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    email_verified: bool,
    given_name: &'a str,
    family_name: &'a str,
}

impl<'a> Claims<'a> {
    /// Says to the app `audience` that `person` logged in at `now`.
    pub(crate) fn new(
        issuer: &'a str,
        audience: &'a str,
        person: &'a Person,
        nonce: Option<&'a str>,
        now: u64,
    ) -> Self {
        Self {
            iss: issuer,
            sub: &person.id,
            aud: audience,
            iat: now,
            exp: now.saturating_add(LIFETIME),
            nonce,
            user_id: &person.role.legacy_id,
            multi_role_user_id: &person.id,
            user_type: person.role.user_type.as_str(),
            district: person.district_id.as_deref(),
            email: person.email.as_deref(),
            email_verified: false,
            given_name: &person.given_name,
            family_name: &person.family_name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;
    use serde_json::{Value, json};

    fn claims(handle: &str, nonce: Option<&str>) -> Value {
        let person = World::built_in().person(handle).unwrap();
        serde_json::to_value(Claims::new("http://issuer", "app", &person, nonce, 1000)).unwrap()
    }

    #[test]
    fn an_id_token_has_clevers_claims() {
        let sam = World::built_in().person("sam").unwrap();
        let expected = json!({
            "iss": "http://issuer", "sub": sam.id, "aud": "app", "iat": 1000, "exp": 4600, "nonce": "n",
            "user_id": sam.role.legacy_id, "multi_role_user_id": sam.id, "user_type": "teacher",
            "district": sam.district_id, "email": "sam@emulated.example", "email_verified": false,
            "given_name": "Sam", "family_name": "Rivera",
        });
        assert_eq!(claims("sam", Some("n")), expected);
    }

    #[test]
    fn nonce_and_email_are_left_out_when_there_are_none() {
        let claims = claims("noor", None);
        assert!(claims.get("nonce").is_none() && claims.get("email").is_none());
        assert_eq!(claims["email_verified"], false);
    }
}
