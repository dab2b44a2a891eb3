//! Scenarios about one describing member of one answer: it is left out, null, or of another JSON type. What decides who
//! somebody is stands in the table instead.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Deviation, Scenario};
use crate::http::route::Route;

/// One member, and what is odd about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) part: Part,
    /// The way to it through objects.
    path: &'static [&'static str],
    oddity: Oddity,
}

/// Where the member is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// Among the claims of an ID token.
    IdToken,
    /// In the answer of a place.
    Answer(Route),
}

#[derive(Debug, Clone, Copy)]
enum Oddity {
    Missing,
    Null,
    Mistyped,
}

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

impl Member {
    /// Changes the member where it is. A person who has none gets one where it is null or mistyped.
    pub(super) fn change(&self, object: &mut Map<String, Value>) {
        let Some((last, way)) = self.path.split_last() else { return };
        let mut object = object;
        for step in way {
            let Some(Value::Object(next)) = object.get_mut(*step) else { return };
            object = next;
        }
        let odd = match self.oddity {
            Oddity::Missing => {
                object.remove(*last);
                return;
            }
            Oddity::Null => Value::Null,
            Oddity::Mistyped => mistyped(object.get(*last)),
        };
        object.insert((*last).to_owned(), odd);
    }
}

/// A value of another type, which careless code takes for something: a flag that is the text "true", a number elsewhere.
fn mistyped(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Bool(_)) => "true".into(),
        Some(Value::Number(_)) => "7".into(),
        _ => 7.into(),
    }
}
