//! In each scenario exactly one thing differs: the changed response has every header of the normal response, except for those
//! that belong to the difference, and every other response is the same.

use std::collections::BTreeMap;

use clever_emulator::{Emulator, Scenario, scenarios};

use crate::http::{Response, parse, raw};
use crate::support::{
    CALLBACK, access_token, authorize_target, automatic, basic, code, form, query, with_pages,
};

/// Headers that depend on the body or the status.
const ABOUT_THE_BODY: [&str; 4] = ["content-type", "content-length", "etag", "date"];
/// Headers whose values count up.
const COUNTING: [&str; 2] = ["x-ratelimit-remaining", "x-ratelimit-reset"];

/// A request that both the scenario and the plain base URL get.
#[derive(Clone)]
struct Asked {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Asked {
    fn get(target: impl Into<String>, authorization: Option<&str>) -> Self {
        let headers = authorization.map(|value| ("Authorization".to_owned(), value.to_owned()));
        Self {
            method: "GET",
            target: target.into(),
            headers: headers.into_iter().collect(),
            body: String::new(),
        }
    }

    fn send(&self, emulator: &Emulator, prefix: &str) -> Response {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = headers.concat();
        let Self { method, target, body, .. } = self;
        let head = format!(
            "{method} {prefix}{target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = raw(emulator.base_url(), [head, body.clone()].concat().as_bytes());
        if answer.is_empty() {
            return parse(b"HTTP/1.1 000 nothing\r\n\r\n");
        }
        parse(&answer)
    }
}

fn exchange(emulator: &Emulator) -> Asked {
    let code = code(emulator, "oidc-app", "");
    let body = form(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)]);
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded".to_owned()),
        ("Authorization", basic("oidc-app", "oidc-secret")),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Asked { method: "POST", target: "/oauth/tokens".into(), headers, body }
}

/// A valid request for every endpoint, with a new token and code each time.
fn places(emulator: &Emulator) -> Vec<(&'static str, Asked)> {
    let ada = emulator.person("ada").unwrap();
    let bearer = format!("Bearer {}", access_token(emulator));
    let bearer = Some(&bearer[..]);
    let district = ada.district_id.as_deref().unwrap();
    vec![
        ("discovery", Asked::get("/.well-known/openid-configuration", None)),
        ("keys", Asked::get("/oauth/certs", None)),
        ("tokens", exchange(emulator)),
        ("tokeninfo", Asked::get("/oauth/tokeninfo", bearer)),
        ("me", Asked::get("/v3.0/me", bearer)),
        ("user", Asked::get(format!("/v3.0/users/{}", ada.id), bearer)),
        ("district", Asked::get(format!("/v3.0/districts/{district}"), bearer)),
        ("userinfo", Asked::get("/userinfo", bearer)),
        ("callback", Asked::get(authorize_target("oidc-app", "&state=s&nonce=n"), None)),
    ]
}

/// The endpoint that a scenario changes, by its name.
fn deviates_at(scenario: &Scenario, place: &str) -> bool {
    let name = scenario.name();
    let prefix = match place {
        "tokens" => return ["tokens-", "id-token-", "keys-rotated"].iter().any(|own| name.starts_with(own)),
        "keys" => return name.starts_with("certs-") || name.starts_with("keys-rotated"),
        place => format!("{place}-"),
    };
    name.starts_with(&prefix)
}

fn headers(answer: &Response) -> BTreeMap<String, String> {
    let names = answer.header_names().map(str::to_ascii_lowercase);
    let value = |name: &str| answer.header(name).unwrap_or_default().to_owned();
    let counted = |name: &str| COUNTING.contains(&name);
    names
        .filter(|name| !ABOUT_THE_BODY.contains(&name.as_str()))
        .map(|name| (name.clone(), if counted(&name) { String::new() } else { value(&name) }))
        .collect()
}

/// The headers that belong to the difference itself.
fn belongs(name: &str, header: &str, status: u16) -> bool {
    match header {
        "www-authenticate" => status == 401,
        "retry-after" => name == "tokens-429-retry-after",
        "location" => name == "tokens-redirect" || name.starts_with("callback-"),
        _ => false,
    }
}

#[test]
fn a_changed_response_has_every_header_of_the_normal_one() {
    let emulator = automatic("ada");
    let places = places(&emulator);
    for scenario in scenarios() {
        let name = scenario.name();
        for (place, asked) in places.iter().filter(|(place, _)| deviates_at(scenario, place)) {
            let again = || if *place == "tokens" { exchange(&emulator) } else { asked.clone() };
            let (plain, asked) = (again(), again());
            let (normal, odd) = (plain.send(&emulator, ""), asked.send(&emulator, &scenario.prefix()));
            if name == "tokens-reset" {
                assert_eq!(odd.status, 0);
                continue;
            }
            let (expected, found) = (headers(&normal), headers(&odd));
            for (header, value) in &expected {
                let same = found.get(header) == Some(value);
                assert!(
                    same || belongs(name, header, odd.status),
                    "{name} {place}: {header} is {:?}",
                    found.get(header)
                );
            }
            for header in found.keys().filter(|header| !expected.contains_key(*header)) {
                assert!(belongs(name, header, odd.status), "{name} {place}: {header} is added");
            }
            let challenge = found.get("www-authenticate");
            assert_eq!(challenge.is_some(), odd.status == 401, "{name}: a 401 says how to authenticate");
        }
    }
}

/// Reduces a callback to the names of its parameters, because its code is new each time.
fn without_values(mut headers: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if let Some(location) = headers.get_mut("location") {
        let mut url = url::Url::parse(location).unwrap();
        let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        url.set_query(Some(&names.join("&")));
        *location = url.into();
    }
    headers
}

/// Removes the tokens, which are new each time.
fn names_in(tokens: &serde_json::Value) -> String {
    tokens.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_other_response_is_the_normal_one() {
    let emulator = automatic("ada");
    let prefix_of = |scenario: &Scenario| format!("{}{}", emulator.base_url(), scenario.prefix());
    // Skip the many scenarios about members, which are all alike here.
    for scenario in scenarios().iter().filter(|scenario| !scenario.is_about_a_member()) {
        let name = scenario.name();
        for (place, asked) in places(&emulator).into_iter().filter(|(place, _)| !deviates_at(scenario, place))
        {
            // A code works only once.
            let plain = if place == "tokens" { exchange(&emulator) } else { asked.clone() };
            let (normal, other) = (plain.send(&emulator, ""), asked.send(&emulator, &scenario.prefix()));
            assert_eq!(normal.status, other.status, "{name} {place}");
            assert_eq!(without_values(headers(&normal)), without_values(headers(&other)), "{name} {place}");
            let body = |answer: &Response| match place {
                "tokens" => names_in(&answer.json()),
                _ => answer.body.replace(&prefix_of(scenario), emulator.base_url()),
            };
            assert_eq!(body(&normal), body(&other), "{name} {place}");
        }
    }
}

#[test]
fn a_callback_scenario_changes_no_other_parameter() {
    let emulator = automatic("ada");
    let target = authorize_target("oidc-app", "&state=a%20b%26c");
    for (name, expected) in [
        ("callback-duplicate-code", "&state=a%20b%26c&code=0000000000000000000000000000000000000000"),
        ("callback-code-and-error", "&state=a%20b%26c&error=access_denied"),
        ("callback-foreign-iss", "&state=a%20b%26c&iss=https%3A%2F%2Fother.example"),
        ("callback-denied", "?error=access_denied&state=a%20b%26c"),
    ] {
        let location = crate::support::get(&emulator, &format!("/s/{name}{target}")).location().to_owned();
        assert!(location.ends_with(expected), "{name}: {location}");
        assert!(!location.contains('+'), "{name}: {location}");
    }
    let own_query = "/oauth/authorize?response_type=code&client_id=oauth-app\
                     &redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fother%3Fx%3D1";
    let location =
        crate::support::get(&emulator, &format!("/s/callback-denied{own_query}")).location().to_owned();
    assert_eq!(location, "http://127.0.0.1:5000/other?error=access_denied&x=1");
}

/// The same for the implicit grant, in the fragment.
#[test]
fn the_callback_scenarios_work_for_access_tokens_too() {
    let emulator = automatic("ada");
    let target = "/oauth/authorize?response_type=token&client_id=public-app&state=s";
    let names = scenarios().iter().map(Scenario::name).filter(|name| name.starts_with("callback-"));
    for name in names {
        let location = crate::support::get(&emulator, &format!("/s/{name}{target}")).location().to_owned();
        let fragment = location.strip_prefix(&format!("{CALLBACK}#")).unwrap();
        let pairs: Vec<_> = url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect();
        let all = |name: &str| pairs.iter().filter(|(own, _)| own == name).count();
        let value = |name: &str| pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let refused =
            |error| value("error") == Some(error) && pairs.len() == 2 && value("state") == Some("s");
        let worthless = || {
            let token = value("access_token").unwrap();
            crate::support::get_as(&emulator, token, "/v3.0/me").status == 401
        };
        let right = match name {
            "callback-duplicate-code" => all("access_token") == 2,
            "callback-denied" => refused("access_denied"),
            "callback-unauthorized-user" => refused("unauthorized-user"),
            "callback-temporarily-unavailable" => refused("temporarily_unavailable"),
            "callback-server-error" => refused("server_error"),
            "callback-code-and-error" => all("access_token") == 1 && value("error") == Some("access_denied"),
            "callback-empty" => all("access_token") == 0 && all("error") == 0 && all("state") == 1,
            "callback-no-state" => all("state") == 0 && all("access_token") == 1,
            "callback-foreign-state" => all("state") == 1 && value("state") != Some("s"),
            "callback-foreign-iss" => value("iss") == Some("https://other.example"),
            "callback-expired-code" | "callback-spent-code" => worthless(),
            other => panic!("unknown scenario {other}"),
        };
        assert!(right, "{name}: {location}");
        assert!(!location.contains('?'), "{name}: {location}");
        let said = crate::control::journal(&emulator);
        assert!(said.iter().any(|note| note["explanation"].as_str().unwrap().contains(name)), "{name}");
    }
}

#[test]
fn pages_and_true_refusals_are_not_changed_by_a_callback_scenario() {
    let emulator = with_pages();
    let answer =
        crate::support::get(&emulator, &format!("/s/callback-denied{}", authorize_target("oidc-app", "")));
    assert!(crate::support::asks_who_it_is(&answer) || answer.location().contains("/oauth/district-picker?"));
    let emulator = automatic("ada");
    let target = authorize_target("library-app", "&return_unshared=true&state=s");
    let answer = crate::support::get(&emulator, &format!("/s/callback-server-error{target}"));
    assert_eq!(query(answer.location())["error"], "unauthorized-user");
}
