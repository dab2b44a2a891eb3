//! Scenarios about one descriptive member: only this member is odd, and this project's client works without it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_emulator::{Emulator, Person, Scenario, scenarios};
use clever_sso::blocking::Client;
use clever_sso::{ErrorCode, LoginOptions, Outcome};
use serde_json::Value;

use crate::scenarios_client::{called, client, config, emulator, finish, login_as, word};
use crate::support;
use crate::support::{automatic, get, get_as, tokens};

/// The members that decide who a person is, or whether a response is valid at all. A client must refuse the login or the call
/// without them, so there are no such scenarios for them.
const DECIDES: &[(&str, &str, &str)] = &[
    ("the ID token", "iss", "says who signed the person in"),
    ("the ID token", "sub", "is the person"),
    ("the ID token", "aud", "says for which app"),
    ("the ID token", "iat", "says since when"),
    ("the ID token", "exp", "says until when"),
    ("the ID token", "nonce", "says for which login"),
    ("the token answer", "access_token", "opens what is read about the person"),
    ("the token answer", "id_token", "says who the person is"),
    ("tokeninfo", "client_id", "says for which app"),
    ("/me", "data", "holds the id"),
    ("/me", "data.id", "is the person"),
    ("/users/{id}", "data", "holds the id"),
    ("/users/{id}", "data.id", "is the person"),
    ("/districts/{id}", "data", "holds the id"),
    ("/districts/{id}", "data.id", "is the district"),
    ("/userinfo", "sub", "is the person"),
    ("the discovery document", "issuer", "says whose document it is"),
    ("the discovery document", "jwks_uri", "says which keys are trusted"),
    ("the key set", "keys", "holds the keys"),
    ("the key set", "keys.*", "is a key"),
    ("the key set", "keys.*.kty", "says how to read the key"),
    ("the key set", "keys.*.n", "is the key"),
    ("the key set", "keys.*.e", "is the key"),
    ("the key set", "keys.*.use", "says what the key may be used for"),
    ("the key set", "keys.*.alg", "says which signatures the key may verify"),
];

fn members() -> impl Iterator<Item = &'static Scenario> {
    scenarios().iter().filter(|scenario| scenario.is_about_a_member())
}

/// How many run at once: each call of the client has a deadline, and a machine has few cores.
const AT_ONCE: usize = 8;

#[test]
fn the_client_needs_no_describing_member() {
    let emulator = emulator();
    let waiting = Mutex::new(members().collect::<VecDeque<_>>());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                loop {
                    let Some(scenario) = waiting.lock().unwrap().pop_front() else { break };
                    let word = ended(&emulator, scenario);
                    if word != scenario.outcome() {
                        wrong.lock().unwrap().push(format!("(\"{}\", \"{word}\"),", scenario.name()));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn ended(emulator: &Emulator, scenario: &Scenario) -> String {
    let client = client(emulator, scenario);
    let _ = client.warm_up();
    let outcome = login_as(emulator, &client, &person_with_the_member(emulator, scenario).handle);
    match &outcome {
        Ok(Outcome::SignedIn(signed_in)) => called(&client, scenario, signed_in),
        _ => word(&outcome),
    }
}

/// Only a client with discovery needs the addresses in the document.
#[test]
fn a_client_with_discovery_names_the_missing_address() {
    let emulator = emulator();
    let is_needed = |scenario: &&Scenario| {
        let needed = ["authorization_endpoint", "token_endpoint"];
        subject_of(scenario) == "the discovery document" && needed.contains(&member_in(scenario))
    };
    let needed: Vec<_> = members().filter(is_needed).collect();
    assert_eq!(needed.len(), 6);
    for scenario in needed {
        let client = Client::discover(config(&emulator, scenario)).unwrap();
        let begun = client.begin_login(&LoginOptions::default());
        let error = begun.and_then(|login| finish(&emulator, &client, &login, "ada")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ConfigInvalid, "{}", scenario.name());
        assert!(error.to_string().contains(member_in(scenario)), "{error}");
    }
}

/// Each member of each normal response either has its scenarios or decides. No scenario is about a member that is never sent.
#[test]
fn every_member_that_is_sent_has_its_scenarios_or_decides() {
    let emulator = automatic("ada");
    let mut sent = BTreeSet::new();
    for person in emulator.people() {
        let client_id = if person.is_in_library() { "library-app" } else { "oidc-app" };
        let login = Login::new(&emulator, client_id, &person);
        for subject in subjects() {
            if let Some(answer) = login.answer("", subject) {
                collect(subject, &answer, "", &mut sent);
            }
        }
    }
    let described = members().map(|scenario| (subject_of(scenario), member_in(scenario).to_owned()));
    let decides = DECIDES.iter().map(|(subject, member, _)| (*subject, (*member).to_owned()));
    let described: BTreeSet<_> = described.collect();
    let decides: BTreeSet<_> = decides.collect();
    assert_eq!(described.intersection(&decides).collect::<Vec<_>>(), [].iter().collect::<Vec<_>>());
    let known: BTreeSet<_> = described.union(&decides).cloned().collect();
    assert_eq!(sent.difference(&known).collect::<Vec<_>>(), [].iter().collect::<Vec<_>>(), "no scenario");
    assert_eq!(known.difference(&sent).collect::<Vec<_>>(), [].iter().collect::<Vec<_>>(), "never sent");
}

/// The table with wrong types for every member, which the library's tests run in each language.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/members.json");
const ROLES: [&str; 5] = ["student", "teacher", "staff", "district_admin", "contact"];

#[test]
fn every_member_that_is_sent_is_in_the_table_of_wrong_types() {
    let table: Value = serde_json::from_str(&std::fs::read_to_string(TABLE).unwrap()).unwrap();
    let described = members().map(|scenario| (subject_of(scenario), member_in(scenario)));
    let decides = DECIDES.iter().map(|(subject, member, _)| (*subject, *member));
    let roles = ROLES.map(|role| ("/users/{id}", format!("data.roles.{role}")));
    let roles = roles.iter().map(|(subject, member)| (*subject, member.as_str()));
    let wanted: BTreeSet<_> = described.chain(decides).chain(roles).collect();
    let mut missing = Vec::new();
    for (subject, member) in wanted {
        let (answer, journeys): (_, &[&str]) = match subject {
            "the ID token" => ("claims", &["id_token"]),
            "the token answer" => ("tokens", &["id_token"]),
            "the discovery document" => ("discovery", &["id_token"]),
            "the key set" => ("keys", &["id_token"]),
            "tokeninfo" => ("tokeninfo", &["check_token"]),
            "/me" => ("me", &["me", "me_record"]),
            "/users/{id}" => ("user", &["me", "user_record"]),
            "/districts/{id}" => ("district", &["district"]),
            "/userinfo" => ("userinfo", &["userinfo"]),
            other => panic!("there is no response {other}"),
        };
        for journey in journeys {
            if !listed(&table["journeys"][journey], answer).iter().any(|path| leads_to(path, member)) {
                missing.push(format!("{journey}: {answer} {member}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The paths of a response's members in a journey of the table.
fn listed(journey: &Value, answer: &str) -> Vec<String> {
    let rows = journey["members"].as_array().unwrap().iter().filter(|row| row["answer"] == answer);
    let rows = rows.map(|row| row["member"].as_str().unwrap().to_owned());
    let unread = journey["unread"][answer].as_object().into_iter().flatten().flat_map(|(object, members)| {
        let members = members.as_str().unwrap().split(' ');
        members.map(move |member| format!("{object}.{member}").trim_start_matches('.').to_owned())
    });
    rows.chain(unread).collect()
}

/// Whether a path of the table is this member: `*` is any role, and any entry of a list.
fn leads_to(path: &str, member: &str) -> bool {
    let (path, member): (Vec<_>, Vec<_>) = (path.split('.').collect(), member.split('.').collect());
    path.len() == member.len() && path.iter().zip(&member).all(|(step, own)| step == own || *own == "*")
}

fn subjects() -> BTreeSet<&'static str> {
    members().map(subject_of).chain(DECIDES.iter().map(|(subject, ..)| *subject)).collect()
}

/// The path of every member at every depth.
fn collect(subject: &'static str, value: &Value, path: &str, sent: &mut BTreeSet<(&'static str, String)>) {
    let children: Vec<_> = match value {
        Value::Object(object) if path == "data.roles" => object.values().map(|role| ("*", role)).collect(),
        Value::Object(object) => object.iter().map(|(name, value)| (name.as_str(), value)).collect(),
        Value::Array(list) => list.iter().map(|entry| ("*", entry)).collect(),
        _ => return,
    };
    for (step, child) in children {
        let path = if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") };
        collect(subject, child, &path, sent);
        sent.insert((subject, path));
    }
}

/// Compares each scenario's response with the response without a scenario.
#[test]
fn one_member_is_odd_and_nothing_else_is() {
    let emulator = automatic("ada");
    for scenario in members() {
        let (name, subject, path) = (scenario.name(), subject_of(scenario), path_of(scenario));
        let person = person_with_the_member(&emulator, scenario);
        let login = Login::new(&emulator, "oidc-app", &person);
        let answer = |prefix: &str| login.answer(prefix, subject).unwrap();
        let (before, after) = (answer(""), answer(&scenario.prefix()));
        let (was, is) = (at(&before, &path), at(&after, &path));
        assert!(!was.is_empty(), "{name}: the response does not have this member");
        match name.rsplit('-').next().unwrap() {
            "missing" => assert!(is.is_empty(), "{name}"),
            "null" => assert!(is.len() == was.len() && is.iter().all(Value::is_null), "{name}"),
            _ => {
                assert_eq!(is.len(), was.len(), "{name}");
                assert!(is.iter().zip(&was).all(|(is, was)| kind(is) != kind(was)), "{name}");
            }
        }
        assert_eq!(without(after, &path), without(before, &path), "{name}");
    }
}

/// A person with one role that has this member at Clever; a student, if students have it.
fn person_with_the_member(emulator: &Emulator, scenario: &Scenario) -> std::sync::Arc<Person> {
    let member = member_in(scenario);
    let handle = match member.strip_prefix("data.roles.*.").unwrap_or_default() {
        "title" | "teacher_number" | "ext.admin_permissions" => "grace",
        "department" | "roles" | "roles.*" | "staff_id" => "olga",
        "phone" | "phone_type" | "student_relationships" => "maria",
        _ if member.ends_with("name.middle") => "grace",
        _ => "ada",
    };
    emulator.person(handle).unwrap()
}

/// A login at the plain base URL, and the data that its access token reads there or in a scenario.
struct Login<'a> {
    emulator: &'a Emulator,
    client_id: &'a str,
    person: &'a Person,
    tokens: Value,
}

impl<'a> Login<'a> {
    fn new(emulator: &'a Emulator, client_id: &'a str, person: &'a Person) -> Self {
        let tokens = tokens(emulator, client_id, &more(person));
        Self { emulator, client_id, person, tokens }
    }

    /// Nothing, if this person has no such response.
    fn answer(&self, prefix: &str, subject: &str) -> Option<Value> {
        let Self { emulator, person, tokens, .. } = self;
        let token = tokens["access_token"].as_str().unwrap();
        let read = |target: &str| {
            let answer = get_as(emulator, token, &format!("{prefix}{target}"));
            assert_eq!(answer.status, 200, "{prefix}{target}");
            Some(answer.json())
        };
        match subject {
            "the ID token" => self.tokens(prefix)["id_token"].as_str().map(claims_of),
            "the token answer" => Some(self.tokens(prefix)),
            "the discovery document" => read("/.well-known/openid-configuration"),
            "the key set" => read("/oauth/certs"),
            "tokeninfo" => read("/oauth/tokeninfo"),
            "/me" => read("/v3.1/me"),
            "/users/{id}" => read(&format!("/v3.1/users/{}", person.id)),
            "/districts/{id}" => read(&format!("/v3.1/districts/{}", person.district_id.as_deref()?)),
            "/userinfo" => read("/userinfo"),
            other => panic!("no endpoint reads {other}"),
        }
    }

    /// A scenario has its own login.
    fn tokens(&self, prefix: &str) -> Value {
        let Self { emulator, client_id, person, tokens } = self;
        if prefix.is_empty() {
            return tokens.clone();
        }
        let target = format!("{prefix}{}", support::authorize_target(client_id, &more(person)));
        let code = support::query(get(emulator, &target).location())["code"].clone();
        let body = support::form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", support::CALLBACK),
        ]);
        let basic = support::basic(client_id, &client_id.replace("-app", "-secret"));
        let headers = [support::FORM, ("Authorization", &basic)];
        support::post(emulator, &format!("{prefix}/oauth/tokens"), &headers, &body).json()
    }
}

fn more(person: &Person) -> String {
    format!("&nonce=n&emulator_login={}", person.handle)
}

fn claims_of(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// The subject and the path in the sentence `In SUBJECT the member PATH is null.`
fn subject_of(scenario: &Scenario) -> &str {
    scenario.what().strip_prefix("In ").unwrap().split(" the member ").next().unwrap()
}

fn member_in(scenario: &Scenario) -> &str {
    scenario.what().split(" the member ").nth(1).unwrap().split(' ').next().unwrap()
}

fn path_of(scenario: &Scenario) -> Vec<&str> {
    member_in(scenario).split('.').collect()
}

/// Every value at this path.
fn at(value: &Value, path: &[&str]) -> Vec<Value> {
    match (path, value) {
        ([], value) => vec![value.clone()],
        (["*", rest @ ..], Value::Object(object)) => {
            object.values().flat_map(|value| at(value, rest)).collect()
        }
        (["*", rest @ ..], Value::Array(list)) => list.iter().flat_map(|value| at(value, rest)).collect(),
        ([step, rest @ ..], value) => value.get(step).map(|value| at(value, rest)).unwrap_or_default(),
    }
}

/// Also removes values that differ between logins and between issuers.
fn without(mut value: Value, path: &[&str]) -> Value {
    remove(&mut value, path);
    let differs = [
        "iss",
        "iat",
        "exp",
        "access_token",
        "id_token",
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
    ];
    value.as_object_mut().unwrap().retain(|name, _| !differs.contains(&name.as_str()));
    value
}

fn remove(value: &mut Value, path: &[&str]) {
    match (path, value) {
        (["*"], Value::Object(object)) => object.clear(),
        (["*"], Value::Array(list)) => list.clear(),
        (["*", rest @ ..], Value::Object(object)) => {
            object.values_mut().for_each(|value| remove(value, rest));
        }
        (["*", rest @ ..], Value::Array(list)) => list.iter_mut().for_each(|value| remove(value, rest)),
        ([last], Value::Object(object)) => drop(object.remove(*last)),
        ([step, rest @ ..], Value::Object(object)) => {
            if let Some(value) = object.get_mut(*step) {
                remove(value, rest);
            }
        }
        _ => {}
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
