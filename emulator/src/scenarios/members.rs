//! Scenarios about one describing member of one answer: it is missing, null, or of another JSON type. What decides who
//! somebody is stands in the table instead.

use std::borrow::Cow;

use super::member::{Member, Oddity, Part};
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
            &["response_types_supported"],
            &["subject_types_supported"],
            &["id_token_signing_alg_values_supported"],
            &["scopes_supported"],
            &["token_endpoint_auth_methods_supported"],
            &["claims_supported"],
        ],
    },
    Described {
        prefix: "tokeninfo",
        subject: "tokeninfo",
        part: Part::Answer(Route::Tokeninfo),
        outcome: "ok",
        paths: &[&["scopes"]],
    },
    Described {
        prefix: "me",
        subject: "/me",
        part: Part::Answer(Route::Me),
        outcome: "ok",
        paths: &[&["type"], &["links"], &["data", "type"], &["data", "district"], &["data", "authorized_by"]],
    },
    Described {
        prefix: "user",
        subject: "/users/{id}",
        part: Part::Answer(Route::User),
        outcome: "ok",
        paths: &[
            &["links"],
            &["data", "name"],
            &["data", "name", "first"],
            &["data", "name", "last"],
            &["data", "email"],
            &["data", "district"],
            &["data", "roles"],
            &["data", "created"],
            &["data", "last_modified"],
        ],
    },
    Described {
        prefix: "district",
        subject: "/districts/{id}",
        part: Part::Answer(Route::District),
        outcome: "ok",
        paths: &[&["links"], &["data", "name"]],
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
            &["schools"],
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
        // Two members of one name are told apart by the way to them.
        let words = path.join("-").replace('_', "-");
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
