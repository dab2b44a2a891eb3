//! Every member of every response with values of every wrong type: either it decides who a person is, and the response is
//! refused, or the login continues without that value. And every response with odd text in it. The table is `members.json`; here,
//! the pure functions read it.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::protocol::{self, Response};
use clever_sso::{Expected, Identity, KeySet, Result, verify_id_token_with};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const ISSUER: &str = "https://clever.example";
const CLIENT_ID: &str = "4c63c1cf623dce82caac";
const DISTRICT: &str = "58da8a43cc70ab00017a1a87";
const PERSON: &str = "58da8c63d7dc0ca068000478";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: u64 = 1_767_225_600;

#[derive(Deserialize)]
struct Table {
    texts: BTreeMap<String, Text>,
    deciding: BTreeMap<String, Vec<String>>,
    wrong: BTreeMap<String, Value>,
    answers: BTreeMap<String, Value>,
    journeys: BTreeMap<String, Journey>,
}

/// The text that replaces the first brace of a response.
#[derive(Deserialize)]
struct Text {
    text: Vec<Piece>,
    #[serde(default)]
    refused: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Piece {
    Once(String),
    Repeated(String, usize),
}

impl Text {
    /// The bytes in Latin-1.
    fn bytes(&self) -> Vec<u8> {
        let pieces = self.text.iter().map(|piece| match piece {
            Piece::Once(text) => text.clone(),
            Piece::Repeated(text, times) => text.repeat(*times),
        });
        pieces.collect::<String>().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
    }
}

#[derive(Deserialize)]
struct Journey {
    operation: String,
    result: String,
    fields: Fields,
    #[serde(default)]
    without: Vec<String>,
    /// The members that nothing reads, by response and object.
    #[serde(default)]
    unread: BTreeMap<String, BTreeMap<String, String>>,
    members: Vec<Row>,
}

impl Journey {
    /// The rows, and one row for each member that nothing reads.
    fn rows(&self) -> Vec<Row> {
        let unread = self.unread.iter().flat_map(|(answer, objects)| {
            objects.iter().flat_map(move |(object, members)| {
                members.split(' ').map(move |member| Row {
                    answer: answer.clone(),
                    member: format!("{object}.{member}").trim_start_matches('.').to_owned(),
                    ..Row::default()
                })
            })
        });
        self.members.iter().cloned().chain(unread).collect()
    }
}

#[derive(Clone, Default, Deserialize)]
struct Row {
    answer: String,
    member: String,
    #[serde(default)]
    gives: Fields,
    #[serde(default)]
    refused: bool,
    kinds: Option<Vec<String>>,
    result: Option<String>,
}

type Fields = BTreeMap<String, Option<String>>;

/// Clever's responses in one case.
struct Clever<'a> {
    answers: BTreeMap<String, Value>,
    /// The name of a response, and the text that replaces its first brace.
    begun: (&'a str, Vec<u8>),
    pair: &'a KeyPair,
}

impl<'a> Clever<'a> {
    fn new(answers: &BTreeMap<String, Value>, pair: &'a KeyPair) -> Self {
        let mut clever = Self { answers: answers.clone(), begun: ("", Vec::new()), pair };
        let keys = Map::from_iter([("keys".to_owned(), json!([clever.key()]))]);
        clever.answers.insert("keys".to_owned(), keys.into());
        clever
    }
}

impl Clever<'_> {
    fn answer(&self, name: &str) -> Response {
        let mut answer = self.answers[name].clone();
        self.fill(&mut answer);
        let mut body = answer.to_string().into_bytes();
        if self.begun.0 == name {
            body.splice(..1, self.begun.1.iter().copied());
        }
        http::Response::new(body)
    }

    fn fill(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.fill(member)),
            Value::String(text) => *value = self.filled(text),
            _ => {}
        }
    }

    fn filled(&self, text: &str) -> Value {
        match text {
            "KEY" => self.key(),
            "NOW" => NOW.into(),
            "LATER" => (NOW + 600).into(),
            "NONCE" => NONCE.into(),
            "ID_TOKEN" => self.id_token().into(),
            text => text.replace("ISSUER", ISSUER).into(),
        }
    }

    fn key(&self) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        let (n, e) = (URL_SAFE_NO_PAD.encode(&public.n), URL_SAFE_NO_PAD.encode(&public.e));
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "first", "n": n, "e": e })
    }

    fn id_token(&self) -> String {
        let part = |name| URL_SAFE_NO_PAD.encode(self.answer(name).into_body());
        let signed = format!("{}.{}", part("header"), part("claims"));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn run(&self, operation: &str) -> Result<(String, Fields)> {
        let fields = match operation {
            "login" => {
                let identity = self.login()?;
                return Ok((format!("signed_in {}", identity.proven_by.as_str()), fields_of(&identity)));
            }
            "check_token" => {
                let info = protocol::tokeninfo_response(&self.answer("tokeninfo"), CLIENT_ID)?;
                vec![("client_id", Some(info.client_id)), ("scopes", joined(info.scopes))]
            }
            "district" => {
                let district = protocol::district_response(&self.answer("district"), DISTRICT)?;
                vec![("id", Some(district.id)), ("name", district.name)]
            }
            "user" => {
                let user = protocol::user_response(&self.answer("user"), PERSON)?;
                vec![
                    ("id", Some(user.id)),
                    ("name", Some(user.name.full())),
                    ("district_id", user.district_id),
                    ("unverified_email", user.unverified_email),
                    ("roles", joined(user.roles.iter().map(|role| role.name.as_str().to_owned()))),
                    ("legacy_ids", joined(user.roles.into_iter().filter_map(|role| role.legacy_id))),
                ]
            }
            "me" => {
                let me = protocol::me_response(&self.answer("me"))?;
                vec![
                    ("id", Some(me.id)),
                    ("district_id", me.district_id),
                    ("user_type", me.user_type.map(|user_type| user_type.to_string())),
                    ("authorized_by", me.authorized_by),
                ]
            }
            "userinfo" => {
                vec![("id", Some(protocol::userinfo_response(&self.answer("userinfo"), Some(PERSON))?.id))]
            }
            other => panic!("no operation is called {other}"),
        };
        Ok(("ok".to_owned(), collected(fields)))
    }

    fn login(&self) -> Result<Identity> {
        let tokens = protocol::token_response(&self.answer("tokens"))?;
        let Some(id_token) = &tokens.id_token else {
            let me = protocol::me_response(&self.answer("me"))?;
            let user = protocol::own_user_response(&self.answer("user"), &me.id)?;
            return Ok(protocol::identity_from_api(ISSUER, &me, user.as_ref()));
        };
        protocol::discovery_response(&self.answer("discovery"), ISSUER)?;
        let keys = KeySet::parse(&protocol::jwks_response(&self.answer("keys"))?)?;
        let expected =
            Expected::new(ISSUER, CLIENT_ID, NOW).nonce(NONCE).access_token(tokens.access_token.expose());
        Ok(protocol::identity_from_claims(
            ISSUER,
            &verify_id_token_with(id_token.expose(), &keys, &expected)?,
        ))
    }
}

fn fields_of(identity: &Identity) -> Fields {
    collected(vec![
        ("id", Some(identity.id.clone())),
        ("name", Some(identity.name.full())),
        ("district_id", identity.district_id.clone()),
        ("user_type", identity.user_type.as_ref().map(|role| role.as_str().to_owned())),
        ("roles", joined(identity.roles.iter().map(|role| role.name.as_str().to_owned()))),
        ("unverified_email", identity.unverified_email.clone()),
        ("legacy_ids", joined(identity.legacy_ids.clone())),
        ("authorized_by", identity.authorized_by.clone()),
        ("loginas_by_admin", Some(identity.loginas_by_admin.to_string())),
    ])
}

fn joined(texts: impl IntoIterator<Item = String>) -> Option<String> {
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort();
    (!texts.is_empty()).then(|| texts.join(","))
}

fn collected(fields: Vec<(&str, Option<String>)>) -> Fields {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Puts `value` at `path`; the empty path means the whole document.
fn place(whole: &mut Value, path: &str, value: &Value) {
    let mut at = whole;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        at = match name.parse::<usize>() {
            Ok(index) => &mut at[index],
            Err(_) => &mut at[name],
        };
    }
    *at = value.clone();
}

fn remove(answers: &mut BTreeMap<String, Value>, path: &str) {
    let (answer, member) = path.split_once('.').unwrap();
    answers.get_mut(answer).unwrap().as_object_mut().unwrap().remove(member);
}

fn table() -> Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/members.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn odd_text_that_does_not_decide_stops_no_login() {
    let (table, pair) = (table(), KeyPair::generate(KeySize::Rsa2048).unwrap());
    for (name, journey) in &table.journeys {
        let mut answers = table.answers.clone();
        journey.without.iter().for_each(|path| remove(&mut answers, path));
        for (answer, (kind, odd)) in
            answers.keys().flat_map(|answer| table.texts.iter().map(move |odd| (answer, odd)))
        {
            let mut clever = Clever::new(&answers, &pair);
            clever.begun = (answer, odd.bytes());
            let outcome = clever.run(&journey.operation);
            if name == "id_token" && odd.refused.contains(answer) {
                assert!(outcome.is_err(), "{answer} with {kind}");
            } else {
                let good = Ok((journey.result.clone(), journey.fields.clone()));
                assert_eq!(outcome, good, "{name}: {answer} with {kind}");
            }
        }
    }
}

/// Arrays instead of an object, as a response or its `data`: with everything that belongs in the object.
fn arrays(record: &Value) -> Vec<Value> {
    let members = record.as_object().unwrap();
    let mut made = vec![json!([record]), members.values().cloned().collect()];
    if let Some(data) = members.get("data") {
        let mut around = record.clone();
        place(&mut around, "data", &json!([data]));
        made.push(around);
    }
    made
}

#[test]
fn an_array_is_never_a_record() {
    let (table, pair) = (table(), KeyPair::generate(KeySize::Rsa2048).unwrap());
    let mut seen = BTreeSet::new();
    for (name, journey) in &table.journeys {
        let mut answers = table.answers.clone();
        journey.without.iter().for_each(|path| remove(&mut answers, path));
        for answer in journey.members.iter().map(|row| &row.answer).collect::<BTreeSet<_>>() {
            for array in arrays(&Clever::new(&answers, &pair).answers[answer]) {
                let case = format!("{name}: {answer} is {array}");
                let mut clever = Clever::new(&answers, &pair);
                clever.answers.insert(answer.clone(), array);
                let outcome = clever.run(&journey.operation);
                // The record of a person only describes, so they sign in without it.
                if name == "me" && answer == "user" {
                    assert_eq!(outcome.unwrap().1["roles"], None, "{case}");
                } else {
                    assert!(outcome.is_err(), "{case}: {outcome:?}");
                }
            }
            seen.insert(answer);
        }
    }
    let all = [
        "claims",
        "discovery",
        "district",
        "header",
        "keys",
        "me",
        "tokeninfo",
        "tokens",
        "user",
        "userinfo",
    ];
    assert!(seen.iter().map(|answer| answer.as_str()).eq(all), "{seen:?}");
}

#[test]
fn a_repeated_deciding_member_of_an_id_token_is_refused() {
    let (table, pair) = (table(), KeyPair::generate(KeySize::Rsa2048).unwrap());
    for (part, members) in &table.deciding {
        for member in members {
            let mut clever = Clever::new(&table.answers, &pair);
            clever.begun = (part, format!(r#"{{"{member}":null,"{member}":null,"#).into_bytes());
            let error = clever.run("login").unwrap_err().to_string();
            assert!(error.contains(&format!("ambiguous: {member} appears more than once")), "{part} {error}");
        }
    }
}

#[test]
fn a_value_of_a_wrong_type_is_left_out_or_refused() {
    let table = table();
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let mut tried = 0;
    for (name, journey) in &table.journeys {
        let mut answers = table.answers.clone();
        journey.without.iter().for_each(|path| remove(&mut answers, path));
        let good = Clever::new(&answers, &pair).run(&journey.operation).unwrap();
        assert_eq!(good, (journey.result.clone(), journey.fields.clone()), "{name}");
        for row in &journey.rows() {
            for (kind, wrong) in &table.wrong {
                if row.kinds.as_ref().is_some_and(|kinds| !kinds.contains(kind)) {
                    continue;
                }
                let mut clever = Clever::new(&answers, &pair);
                place(clever.answers.get_mut(&row.answer).unwrap(), &row.member, wrong);
                check(
                    journey,
                    row,
                    &clever.run(&journey.operation),
                    &format!("{name}: {} {} is {kind}", row.answer, row.member),
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 2000, "{tried}");
}

fn check(journey: &Journey, row: &Row, outcome: &Result<(String, Fields)>, case: &str) {
    if row.refused {
        assert!(outcome.is_err(), "{case}: {outcome:?}");
        return;
    }
    let mut fields = journey.fields.clone();
    fields.extend(row.gives.clone());
    let expected = (row.result.clone().unwrap_or_else(|| journey.result.clone()), fields);
    assert_eq!(outcome.as_ref(), Ok(&expected), "{case}");
}
