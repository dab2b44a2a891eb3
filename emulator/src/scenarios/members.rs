//! Scenarios about one describing member of one answer: it is missing, null, or of another JSON type. What decides who
//! somebody is stands in the table instead.

use std::borrow::Cow;

use super::member::{EACH, Member, Oddity, Part};
use super::scenario::{Deviation, Scenario};
use crate::http::route::Route;

/// The members of one answer, and what becomes of the call in this project's client.
struct Described {
    prefix: &'static str,
    subject: &'static str,
    part: Part,
    outcome: &'static str,
    paths: &'static [&'static [&'static str]],
}

const DESCRIBED: &[Described] = &[
    Described {
        prefix: "id-token",
        subject: "the ID token",
        part: Part::IdToken,
        outcome: "signed_in",
        paths: &[
            &["user_id"],
            &["multi_role_user_id"],
            &["user_type"],
            &["district"],
            &["email"],
            &["email_verified"],
            &["given_name"],
            &["family_name"],
        ],
    },
    Described {
        prefix: "discovery",
        subject: "the discovery document",
        part: Part::Answer(Route::Metadata),
        outcome: "signed_in",
        paths: &[
            &["authorization_endpoint"],
            &["token_endpoint"],
            &["userinfo_endpoint"],
            &["response_types_supported"],
            &["response_types_supported", EACH],
            &["subject_types_supported"],
            &["subject_types_supported", EACH],
            &["id_token_signing_alg_values_supported"],
            &["id_token_signing_alg_values_supported", EACH],
            &["scopes_supported"],
            &["scopes_supported", EACH],
            &["token_endpoint_auth_methods_supported"],
            &["token_endpoint_auth_methods_supported", EACH],
            &["claims_supported"],
            &["claims_supported", EACH],
        ],
    },
    Described {
        prefix: "certs",
        subject: "the key set",
        part: Part::Answer(Route::KeySet),
        outcome: "signed_in",
        paths: &[&["keys", EACH, "kid"]],
    },
    Described {
        prefix: "tokens",
        subject: "the token answer",
        part: Part::Answer(Route::Tokens),
        outcome: "signed_in",
        paths: &[&["token_type"]],
    },
    Described {
        prefix: "tokeninfo",
        subject: "tokeninfo",
        part: Part::Answer(Route::Tokeninfo),
        outcome: "ok",
        paths: &[&["scopes"], &["scopes", EACH]],
    },
    Described {
        prefix: "me",
        subject: "/me",
        part: Part::Answer(Route::Me),
        outcome: "ok",
        paths: &[
            &["type"],
            &["links"],
            &["links", EACH],
            &["links", EACH, "rel"],
            &["links", EACH, "uri"],
            &["data", "type"],
            &["data", "district"],
            &["data", "authorized_by"],
        ],
    },
    Described {
        prefix: "user",
        subject: "/users/{id}",
        part: Part::Answer(Route::User),
        outcome: "ok",
        paths: &[
            &["links"],
            &["links", EACH],
            &["links", EACH, "rel"],
            &["links", EACH, "uri"],
            &["data", "name"],
            &["data", "name", "first"],
            &["data", "name", "middle"],
            &["data", "name", "last"],
            &["data", "email"],
            &["data", "district"],
            &["data", "roles"],
            &["data", "roles", EACH],
            &["data", "roles", EACH, "legacy_id"],
            &["data", "roles", EACH, "credentials"],
            &["data", "roles", EACH, "credentials", "district_username"],
            &["data", "roles", EACH, "department"],
            &["data", "roles", EACH, "dob"],
            &["data", "roles", EACH, "email"],
            &["data", "roles", EACH, "enrollments"],
            &["data", "roles", EACH, "ext"],
            &["data", "roles", EACH, "ext", "admin_permissions"],
            &["data", "roles", EACH, "ext", "gifted_status"],
            &["data", "roles", EACH, "gender"],
            &["data", "roles", EACH, "grade"],
            &["data", "roles", EACH, "graduation_year"],
            &["data", "roles", EACH, "hispanic_ethnicity"],
            &["data", "roles", EACH, "location"],
            &["data", "roles", EACH, "location", "address"],
            &["data", "roles", EACH, "location", "city"],
            &["data", "roles", EACH, "location", "state"],
            &["data", "roles", EACH, "location", "zip"],
            &["data", "roles", EACH, "phone"],
            &["data", "roles", EACH, "phone_type"],
            &["data", "roles", EACH, "race"],
            &["data", "roles", EACH, "roles"],
            &["data", "roles", EACH, "roles", EACH],
            &["data", "roles", EACH, "school"],
            &["data", "roles", EACH, "schools"],
            &["data", "roles", EACH, "schools", EACH],
            &["data", "roles", EACH, "sis_id"],
            &["data", "roles", EACH, "staff_id"],
            &["data", "roles", EACH, "state_id"],
            &["data", "roles", EACH, "student_number"],
            &["data", "roles", EACH, "student_relationships"],
            &["data", "roles", EACH, "teacher_number"],
            &["data", "roles", EACH, "title"],
            &["data", "created"],
            &["data", "last_modified"],
        ],
    },
    Described {
        prefix: "district",
        subject: "/districts/{id}",
        part: Part::Answer(Route::District),
        outcome: "ok",
        paths: &[
            &["links"],
            &["links", EACH],
            &["links", EACH, "rel"],
            &["links", EACH, "uri"],
            &["data", "name"],
        ],
    },
    Described {
        prefix: "userinfo",
        subject: "/userinfo",
        part: Part::Answer(Route::Userinfo),
        outcome: "ok",
        paths: &[
            &["user_id"],
            &["multi_role_user_id"],
            &["user_type"],
            &["name"],
            &["name", "first"],
            &["name", "middle"],
            &["name", "last"],
            &["schools"],
            &["schools", EACH],
            &["given_name"],
            &["family_name"],
            &["email_verified"],
            &["authorized_by"],
            &["district_id"],
            &["district"],
            &["email"],
        ],
    },
];

const ODDITIES: [Oddity; 3] = [Oddity::Missing, Oddity::Null, Oddity::Mistyped];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Scenario> {
    DESCRIBED.iter().flat_map(|described| {
        let pairs = described.paths.iter().flat_map(|path| ODDITIES.map(|oddity| (path, oddity)));
        pairs.map(|(path, oddity)| described.scenario(path, oddity))
    })
}

impl Described {
    fn scenario(&self, path: &'static [&'static str], oddity: Oddity) -> Scenario {
        let (suffix, what, client) = match oddity {
            Oddity::Missing => ("missing", "is missing", "Does without it."),
            Oddity::Null => ("null", "is null", "Takes it for missing."),
            Oddity::Mistyped => ("mistyped", "has the wrong JSON type", "Takes it for missing."),
        };
        // The whole path is in the name, because some members have the same name.
        let words = words(path);
        let member = path.join(".");
        Scenario {
            name: format!("{}-{words}-{suffix}", self.prefix).into(),
            what: format!("In {} the member {member} {what}.", self.subject).into(),
            client: Cow::Borrowed(client),
            outcome: Cow::Borrowed(self.outcome),
            deviation: Deviation::Member(Member { part: self.part, path, oddity }),
        }
    }
}

/// The part of a scenario's name that says which member it is: `data-roles-legacy-id`, or `scopes-each` for the entries.
fn words(path: &[&str]) -> String {
    let (steps, is_each) = match path.split_last() {
        Some((&EACH, steps)) => (steps, true),
        _ => (path, false),
    };
    let names = steps.iter().copied().filter(|step| *step != EACH).chain(is_each.then_some("each"));
    names.collect::<Vec<_>>().join("-").replace('_', "-")
}
