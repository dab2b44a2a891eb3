//! Scenarios about one describing member: the member is odd and nothing else is, and this project's client does without it.

use std::collections::VecDeque;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_emulator::{Emulator, Scenario, scenarios};
use clever_sso::Outcome;
use serde_json::{Map, Value};

use crate::scenarios_client::{called, client, emulator, login, word};
use crate::support;
use crate::support::{automatic, get, get_as, tokens};

fn members() -> impl Iterator<Item = &'static Scenario> {
    scenarios().iter().filter(|scenario| scenario.is_about_a_member())
}

/// So many at once: each call of the client has a deadline, and a machine has few cores.
const AT_ONCE: usize = 8;

#[test]
fn the_client_does_without_each_describing_member() {
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
    let outcome = login(emulator, &client);
    match &outcome {
        Ok(Outcome::SignedIn(signed_in)) => called(&client, scenario, signed_in),
        _ => word(&outcome),
    }
}

/// Each scenario's answer beside the answer without one.
#[test]
fn one_member_is_odd_and_nothing_else_is() {
    let emulator = automatic("sam");
    let login = tokens(&emulator, "oidc-app", "");
    let token = login["access_token"].as_str().unwrap();
    let sam = emulator.person("sam").unwrap();
    for scenario in members() {
        let name = scenario.name();
        let (before, after) = match scenario.call() {
            "login" if name.starts_with("id-token") => (
                claims_of(login["id_token"].as_str().unwrap()),
                claims_of(scenario_login(&emulator, scenario)["id_token"].as_str().unwrap()),
            ),
            "login" => {
                let target = "/.well-known/openid-configuration";
                (
                    get(&emulator, target).json(),
                    get(&emulator, &format!("{}{target}", scenario.prefix())).json(),
                )
            }
            call => {
                let target = match call {
                    "tokeninfo" => "/oauth/tokeninfo".to_owned(),
                    "me" => "/v3.0/me".to_owned(),
                    "user" => format!("/v3.0/users/{}", sam.id),
                    "district" => format!("/v3.0/districts/{}", sam.district_id.as_deref().unwrap()),
                    _ => "/userinfo".to_owned(),
                };
                let below = format!("{}{target}", scenario.prefix());
                (get_as(&emulator, token, &target).json(), get_as(&emulator, token, &below).json())
            }
        };
        let member = member_in(scenario).unwrap();
        let path: Vec<_> = member.split('.').collect();
        let (was, is) = (at(&before, &path), at(&after, &path));
        let was = was.unwrap_or_else(|| panic!("{name}: the answer has no such member"));
        match name.rsplit('-').next().unwrap() {
            "missing" => assert!(is.is_none(), "{name}"),
            "null" => assert!(is.is_some_and(|is| is.is_null()), "{name}"),
            _ => assert_ne!(kind(is.as_ref().unwrap()), kind(&was), "{name}"),
        }
        assert_eq!(without(after, &path), without(before, &path), "{name}");
    }
}

fn scenario_login(emulator: &Emulator, scenario: &Scenario) -> Value {
    let target = format!("{}{}", scenario.prefix(), support::authorize_target("oidc-app", ""));
    let code = support::query(get(emulator, &target).location())["code"].clone();
    let body = support::form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", support::CALLBACK),
    ]);
    let basic = support::basic("oidc-app", "oidc-secret");
    let headers = [support::FORM, ("Authorization", &basic)];
    support::post(emulator, &format!("{}/oauth/tokens", scenario.prefix()), &headers, &body).json()
}

fn claims_of(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

fn member_in(scenario: &Scenario) -> Option<&str> {
    scenario.what().split("the member ").nth(1)?.split(' ').next()
}

fn at(value: &Value, path: &[&str]) -> Option<Value> {
    path.iter().try_fold(value, |value, step| value.get(step)).cloned()
}

/// Also without what differs from login to login and from issuer to issuer.
fn without(mut value: Value, path: &[&str]) -> Value {
    fn remove(object: &mut Map<String, Value>, path: &[&str]) {
        match path {
            [] => {}
            [last] => drop(object.remove(*last)),
            [first, rest @ ..] => {
                if let Some(Value::Object(next)) = object.get_mut(*first) {
                    remove(next, rest);
                }
            }
        }
    }
    let object = value.as_object_mut().unwrap();
    remove(object, path);
    let addresses = [
        "iss",
        "iat",
        "exp",
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
    ];
    object.retain(|name, _| !addresses.contains(&name.as_str()));
    value
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
