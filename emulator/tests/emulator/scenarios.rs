//! Every scenario over HTTP: it does what its description says, and the rest of a login is as at Clever.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_emulator::{Emulator, Scenario, scenarios};
use serde_json::{Value, json};
use url::Url;

use crate::http::{self, Response};
use crate::support::{FORM, authorize_target, automatic, basic, form, get, get_as, options, tokens};

const CALLBACK: &str = crate::support::CALLBACK;

/// One scenario of one emulator, and the steps of a login in it.
struct Scene {
    emulator: Emulator,
    prefix: String,
}

/// The ID token of a login.
struct IdToken {
    text: String,
    header: Value,
    payload: String,
    claims: Value,
}

impl Scene {
    fn new(name: &str) -> Self {
        // With a seed, the first key is built in: creating a key for each scenario would take longer than everything else.
        let emulator = Emulator::start(options().auto_login("ada").seed(7)).unwrap();
        Self { emulator, prefix: format!("/s/{name}") }
    }

    fn base_url(&self) -> String {
        format!("{}{}", self.emulator.base_url(), self.prefix)
    }

    fn get(&self, target: &str) -> Response {
        get(&self.emulator, &format!("{}{target}", self.prefix))
    }

    /// The parameters of the callback, in their order.
    fn callback(&self) -> Vec<(String, String)> {
        let answer = self.get(&authorize_target("oidc-app", "&state=s&nonce=n"));
        assert_eq!(answer.status, 302, "{}", answer.body);
        Url::parse(answer.location()).unwrap().query_pairs().into_owned().collect()
    }

    fn raw_exchange(&self, code: &str) -> Vec<u8> {
        let body = form(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]);
        let request = format!(
            "POST {}/oauth/tokens HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}: {}\r\nAuthorization: {}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.prefix,
            FORM.0,
            FORM.1,
            basic("oidc-app", "oidc-secret"),
            body.len()
        );
        http::raw(self.emulator.base_url(), request.as_bytes())
    }

    /// Logs in, and returns the response of the token endpoint as bytes.
    fn raw_tokens(&self) -> Vec<u8> {
        let callback: HashMap<_, _> = self.callback().into_iter().collect();
        self.raw_exchange(&callback["code"])
    }

    fn tokens(&self) -> Response {
        http::parse(&self.raw_tokens())
    }

    fn id_token(&self) -> IdToken {
        let text = self.tokens().json()["id_token"].as_str().unwrap().to_owned();
        let part = |number| {
            let part = text.split('.').nth(number).unwrap_or_default();
            String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        let (header, payload) = (serde_json::from_str(&part(0)).unwrap(), part(1));
        let claims = serde_json::from_str(&payload).unwrap();
        IdToken { header, claims, payload, text: text.clone() }
    }

    fn claims(&self) -> Value {
        self.id_token().claims
    }

    /// The published keys.
    fn keys(&self) -> Vec<Value> {
        self.get("/oauth/certs").json()["keys"].as_array().unwrap().clone()
    }

    fn publishes(&self, token: &IdToken) -> bool {
        self.keys().iter().any(|key| key["kid"] == token.header["kid"])
    }

    /// A response to an access token from a login at the plain base URL.
    fn as_ada(&self, target: &str) -> Response {
        let token = tokens(&self.emulator, "oidc-app", "")["access_token"].as_str().unwrap().to_owned();
        get_as(&self.emulator, &token, &format!("{}{target}", self.prefix))
    }
}

impl IdToken {
    /// Whether another library verifies the signature with one of these keys.
    fn is_signed_by(&self, keys: &[Value]) -> bool {
        use jsonwebtoken::{Algorithm, DecodingKey, crypto};
        let (input, signature) = self.text.rsplit_once('.').unwrap();
        keys.iter().any(|key| {
            let key = serde_json::from_value(key.clone()).unwrap();
            let key = DecodingKey::from_jwk(&key).unwrap();
            crypto::verify(signature, input.as_bytes(), &key, Algorithm::RS256).is_ok_and(|good| good)
        })
    }

    fn seconds(&self, name: &str) -> i64 {
        self.claims[name].as_i64().unwrap()
    }
}

fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

#[test]
fn every_scenario_does_what_its_line_says() {
    std::thread::scope(|threads| {
        for scenario in scenarios().iter().filter(|scenario| !scenario.is_about_a_member()) {
            threads.spawn(|| seen(scenario));
        }
    });
}

fn seen(scenario: &Scenario) {
    let name = scenario.name();
    let scene = Scene::new(name);
    let kind = name.split('-').next().unwrap();
    let deviates = match kind {
        "id" => in_id_token(&scene, name),
        "keys" => in_rotated_keys(&scene, name),
        "discovery" | "certs" => in_documents(&scene, name),
        "tokens" => in_tokens(&scene, name),
        "tokeninfo" | "me" | "user" | "district" | "userinfo" => in_bearer_answers(&scene, name),
        _ => in_callback(&scene, name),
    };
    assert!(deviates, "{name}");
    if !matches!(kind, "discovery") {
        let metadata = scene.get("/.well-known/openid-configuration").json();
        assert_eq!(metadata["issuer"], scene.base_url(), "{name}");
        assert_eq!(metadata["jwks_uri"], format!("{}/oauth/certs", scene.base_url()), "{name}");
    }
}

fn in_id_token(scene: &Scene, name: &str) -> bool {
    if name == "id-token-two-parts" {
        return scene.tokens().json()["id_token"].as_str().unwrap().matches('.').count() == 1;
    }
    if name == "id-token-duplicate-claim" {
        let token = scene.id_token();
        return token.payload.matches(r#""sub":"#).count() == 2 && token.is_signed_by(&scene.keys());
    }
    let token = scene.id_token();
    let signed = token.is_signed_by(&scene.keys());
    in_signature(scene, &token, signed, name).unwrap_or_else(|| {
        assert!(signed, "{name}: everything except the claims must be right");
        in_claims(scene, &token, name)
    })
}

fn in_signature(scene: &Scene, token: &IdToken, signed: bool, name: &str) -> Option<bool> {
    let header = &token.header;
    Some(match name {
        "id-token-bad-signature" => !signed && scene.publishes(token),
        "id-token-changed" => !signed && token.claims["sub"] == "000000000000000000000000",
        "id-token-alg-none" => header["alg"] == "none" && token.text.ends_with('.'),
        "id-token-alg-hs256" => header["alg"] == "HS256" && !signed && scene.publishes(token),
        "id-token-unknown-kid" => !scene.publishes(token) && signed,
        "id-token-no-kid" => header.get("kid").is_none() && signed,
        "id-token-jwk-in-header" => {
            !signed && scene.publishes(token) && token.is_signed_by(&[header["jwk"].clone()])
        }
        "id-token-crit" => header["crit"].is_array(),
        _ => return None,
    })
}

fn in_claims(scene: &Scene, token: &IdToken, name: &str) -> bool {
    let claims = &token.claims;
    let missing = |name: &str| claims.get(name).is_none();
    let base_url = scene.base_url();
    match name {
        "id-token-wrong-iss" => claims["iss"] == format!("{base_url}1"),
        "id-token-iss-with-slash" => claims["iss"] == format!("{base_url}/"),
        "id-token-no-iss" => missing("iss"),
        "id-token-wrong-aud" => claims["aud"] == "oidc-app1",
        "id-token-two-audiences" => claims["aud"] == json!(["oidc-app", "another-app"]),
        "id-token-no-aud" => missing("aud"),
        "id-token-foreign-azp" => claims["azp"] == "another-app" && claims["aud"] == "oidc-app",
        "id-token-wrong-nonce" => claims["nonce"] != "n" && !missing("nonce"),
        "id-token-no-nonce" => missing("nonce"),
        "id-token-expired" => token.seconds("exp") < now() - 3000,
        "id-token-issued-in-future" => token.seconds("iat") > now() + 3000,
        "id-token-not-yet-valid" => token.seconds("nbf") > now() + 1000 && token.seconds("iat") <= now(),
        "id-token-fractional-times" => ["iat", "exp"].iter().all(|name| claims[name].is_f64()),
        "id-token-no-iat" => missing("iat"),
        "id-token-wrong-at-hash" => claims["at_hash"].is_string(),
        "id-token-no-sub" => missing("sub"),
        "id-token-standard-claims-only" => claims.as_object().unwrap().len() == 6,
        _ => false,
    }
}

fn in_rotated_keys(scene: &Scene, name: &str) -> bool {
    let before = scene.keys();
    let (one, other) = (scene.id_token(), scene.id_token());
    let after = scene.keys();
    if ["keys-rotated-same-kid", "keys-rotated-no-kid"].contains(&name) {
        let (kid, named) = (|key: &Value| key.get("kid").cloned(), name == "keys-rotated-same-kid");
        let one_name = kid(&before[0]) == kid(&after[0]) && kid(&after[0]) == kid(&one.header);
        return (before.len(), after.len()) == (1, 1)
            && before[0]["n"] != after[0]["n"]
            && one_name
            && kid(&one.header).is_some() == named
            && [one, other].iter().all(|token| !token.is_signed_by(&before) && token.is_signed_by(&after));
    }
    let new = |token: &IdToken| !token.is_signed_by(&before) && token.is_signed_by(&after);
    match name {
        "keys-rotated-before-signing" => new(&one) && new(&other) && after.len() == 3,
        "keys-rotated-after-login" => {
            let third = scene.id_token();
            one.is_signed_by(&before) && new(&other) && third.header["kid"] == other.header["kid"]
        }
        _ => false,
    }
}

fn in_documents(scene: &Scene, name: &str) -> bool {
    let metadata = || scene.get("/.well-known/openid-configuration");
    match name {
        "discovery-wrong-issuer" => metadata().json()["issuer"] == "https://other.example",
        "discovery-bad-jwks-uri" => metadata().json()["jwks_uri"] == "file:///etc/passwd",
        "discovery-html-502" => metadata().status == 502,
        "certs-junk" => scene.keys().len() > 5 && scene.publishes(&scene.id_token()),
        "certs-no-kid" => {
            scene.keys()[0].get("kid").is_none() && scene.id_token().is_signed_by(&scene.keys())
        }
        "certs-leading-zero" => modulus(scene).starts_with('A'),
        "certs-padded" => modulus(scene).ends_with("=="),
        "certs-empty" => scene.keys().is_empty(),
        "certs-html" => scene.get("/oauth/certs").header("content-type") == Some("text/html; charset=utf-8"),
        _ => false,
    }
}

fn modulus(scene: &Scene) -> String {
    scene.keys()[0]["n"].as_str().unwrap().to_owned()
}

fn in_tokens(scene: &Scene, name: &str) -> bool {
    let started = Instant::now();
    let raw = scene.raw_tokens();
    if name == "tokens-reset" {
        return raw.is_empty();
    }
    let answer = http::parse(&raw);
    let length = || answer.header("content-length").unwrap().parse::<usize>().unwrap();
    let html = answer.header("content-type") == Some("text/html; charset=utf-8");
    match name {
        // The scenario promises this delay. It is a lower limit, so a slow machine cannot fail it.
        "tokens-slow" => answer.status == 200 && started.elapsed() >= Duration::from_secs(3),
        "tokens-truncated" => answer.status == 200 && !answer.body.is_empty() && answer.body.len() < length(),
        "tokens-500" => answer.status == 500,
        "tokens-502-html" => answer.status == 502 && html,
        "tokens-503" => answer.status == 503,
        "tokens-429-retry-after" => answer.status == 429 && answer.header("retry-after") == Some("1"),
        "tokens-429-empty" => answer.status == 429 && answer.body.is_empty(),
        "tokens-wrong-content-type" => html && answer.body.contains("id_token"),
        "tokens-html-200" => html && answer.status == 200 && !answer.body.contains("id_token"),
        "tokens-redirect" => answer.status == 302 && answer.header("location").is_some(),
        "tokens-invalid-client" => answer.status == 401 && answer.json()["error"] == "invalid_client",
        "tokens-invalid-grant" => answer.status == 400 && answer.json()["error"] == "invalid_grant",
        _ => in_token_members(&answer.json(), name),
    }
}

fn in_token_members(tokens: &Value, name: &str) -> bool {
    let members: Vec<_> = tokens.as_object().unwrap().keys().map(String::as_str).collect();
    match name {
        "tokens-no-id-token" => members == ["access_token", "token_type"],
        "tokens-extra-fields" => members.len() == 6 && tokens["something_new"].is_object(),
        "tokens-no-token-type" => members == ["access_token", "id_token"],
        "tokens-unknown-token-type" => tokens["token_type"] == "mac" && members.len() == 3,
        "tokens-no-access-token" => members == ["id_token", "token_type"],
        _ => false,
    }
}

fn in_bearer_answers(scene: &Scene, name: &str) -> bool {
    let (place, deviation) = name.split_once('-').unwrap();
    let ada = scene.emulator.person("ada").unwrap();
    let target = match place {
        "me" => "/v3.1/me".to_owned(),
        "user" => format!("/v3.0/users/{}", ada.id),
        "district" => format!("/v2.1/districts/{}", ada.district_id.as_deref().unwrap()),
        "userinfo" => "/userinfo".to_owned(),
        _ => "/oauth/tokeninfo".to_owned(),
    };
    if deviation == "503-twice" {
        return twice_503(scene, &target);
    }
    let answer = scene.as_ada(&target);
    match deviation {
        "401" | "500" | "503" => answer.status.to_string() == deviation,
        "other-client" => answer.json()["client_id"] == "another-app",
        "404-html" => answer.status == 404 && answer.body.contains("Cannot GET"),
        "html-200" => answer.status == 200 && answer.body.contains("Sign in to the network"),
        "list" => answer.json()["data"][0]["id"] == ada.id,
        "id-only" => answer.json()["data"] == json!({ "id": ada.id }),
        "other-sub" => answer.json()["sub"] != ada.id && answer.json()["sub"].is_string(),
        "without-sub" => answer.status == 200 && answer.json().get("sub").is_none(),
        "other-roles-null" => {
            let roles = answer.json()["data"]["roles"].as_object().unwrap().clone();
            roles.len() == 5 && roles.values().filter(|role| role.is_null()).count() == 4
        }
        "name-cut-in-emoji" => answer.body.contains(r#""first":"\ud83dAda""#),
        "name-text" => answer.json()["name"] == "Ada Ashworth",
        "without-id" => answer.json()["data"].get("id").is_none() && answer.status == 200,
        _ => false,
    }
}

/// Alternates between two tokens: each has its own count.
fn twice_503(scene: &Scene, target: &str) -> bool {
    let token = || tokens(&scene.emulator, "oidc-app", "")["access_token"].as_str().unwrap().to_owned();
    let (one, other) = (token(), token());
    let status = |token| get_as(&scene.emulator, token, &format!("{}{target}", scene.prefix)).status;
    let statuses: Vec<_> = (0..3).map(|_| (status(&one), status(&other))).collect();
    statuses == [(503, 503), (503, 503), (200, 200)]
}

fn in_callback(scene: &Scene, name: &str) -> bool {
    let pairs = scene.callback();
    let all = |name: &str| pairs.iter().filter(|(own, _)| own == name).count();
    let value = |name: &str| pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let refused = |error| value("error") == Some(error) && all("code") == 0 && value("state") == Some("s");
    match name {
        "callback-duplicate-code" => all("code") == 2 && value("state") == Some("s"),
        "callback-denied" => refused("access_denied"),
        "callback-unauthorized-user" => refused("unauthorized-user"),
        "callback-temporarily-unavailable" => refused("temporarily_unavailable"),
        "callback-server-error" => refused("server_error"),
        "callback-code-and-error" => all("code") == 1 && all("error") == 1,
        "callback-empty" => all("code") == 0 && all("error") == 0,
        "callback-no-state" => all("state") == 0 && all("code") == 1,
        "callback-foreign-state" => all("state") == 1 && value("state") != Some("s"),
        "callback-foreign-iss" => value("iss") == Some("https://other.example"),
        "callback-expired-code" | "callback-spent-code" => {
            let answer = http::parse(&scene.raw_exchange(value("code").unwrap()));
            answer.status == 400 && answer.json()["error"] == "invalid_grant"
        }
        _ => false,
    }
}

#[test]
fn everything_else_in_a_scenario_is_as_at_the_plain_base_url() {
    let scene = Scene::new("me-500");
    let claims = scene.claims();
    assert_eq!(claims["iss"], scene.base_url());
    let plain = Scene { emulator: automatic("ada"), prefix: String::new() };
    let without = |claims: Value| {
        let mut claims = claims.as_object().unwrap().clone();
        for name in ["iss", "iat", "exp"] {
            claims.remove(name);
        }
        claims
    };
    assert_eq!(without(claims), without(plain.claims()));
    assert_eq!(plain.claims()["iss"], plain.emulator.base_url());
    assert_eq!(scene.as_ada("/oauth/tokeninfo").json()["client_id"], "oidc-app");
}

#[test]
fn people_who_must_sign_in_first_come_back_to_the_scenario() {
    let emulator = crate::support::with_pages();
    let query = "response_type=code&client_id=oidc-app";
    let answer = get(&emulator, &format!("/s/me-500/oauth/authorize?{query}"));
    assert_eq!(answer.location(), format!("/s/me-500/oauth/district-picker?{query}"));
    let picker = get(&emulator, answer.location());
    assert!(
        picker
            .page()
            .contains(r#"name="target" value="/s/me-500/oauth/authorize?response_type=code&amp;client_id"#)
    );
    let query = format!("{query}&district_id=53ee4b8a44abc88c1c00119b");
    let answer = get(&emulator, &format!("/s/me-500/oauth/authorize?{query}"));
    let target = "/login?portal=emulated&target=%2Fs%2Fme-500%2Foauth%2Fauthorize%3F";
    assert!(answer.location().starts_with(target));
}

#[test]
fn an_unknown_scenario_is_refused_with_a_sentence() {
    let answer = get(&automatic("ada"), "/s/nothing/oauth/certs");
    assert_eq!((answer.status, &answer.json()["error"]), (404, &"unknown_scenario".into()));
}
