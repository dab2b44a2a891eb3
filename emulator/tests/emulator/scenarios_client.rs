//! This project's client has the documented outcome in every scenario. Tests in core check that its calls end in time.

use clever_emulator::{App, Emulator, Options, Scenario, scenarios};
use clever_sso::blocking::Client;
use clever_sso::{Config, ConfigBuilder, Login, LoginOptions, Outcome, Result, SignedIn};

use crate::http;
use crate::patience::PATIENCE;

const CALLBACK: &str = "http://127.0.0.1:9/callback";
const SECRET: &str = "5ec4e7a15ec4e7a15ec4e7a15ec4e7a15ec4e7a1";

/// One emulator for all scenarios, so this also tests that they are independent of each other.
#[test]
fn the_client_has_the_documented_outcome_in_every_scenario() {
    let emulator = emulator();
    let shared = &emulator;
    let ended: Vec<_> = std::thread::scope(|threads| {
        let threads: Vec<_> = scenarios()
            .iter()
            .filter(|scenario| !scenario.is_about_a_member())
            .map(|scenario| threads.spawn(move || (scenario, ended(shared, scenario))))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let wrong: Vec<_> = ended
        .iter()
        .filter(|(scenario, word)| scenario.outcome() != word)
        .map(|(scenario, word)| format!("{}: {word}, not {}", scenario.name(), scenario.outcome()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_client_follows_keys_that_are_rotated_after_a_login() {
    let emulator = emulator();
    let scenario = scenarios().iter().find(|scenario| scenario.name() == "keys-rotated-after-login").unwrap();
    let client = client(&emulator, scenario);
    client.warm_up().unwrap();
    let certs = format!("{}/oauth/certs", scenario.prefix());
    let logins: Vec<_> =
        (0..3).map(|_| (word(&login(&emulator, &client)), emulator.request_count(&certs))).collect();
    let signed_in = "signed_in".to_owned();
    assert_eq!(logins, [(signed_in.clone(), 1), (signed_in.clone(), 2), (signed_in, 2)]);
}

pub(crate) fn emulator() -> Emulator {
    let app = App::new("scenario-app", SECRET, CALLBACK).with_oidc();
    Emulator::start(Options::new().app(app).auto_login("ada")).unwrap()
}

pub(crate) fn client(emulator: &Emulator, scenario: &Scenario) -> Client {
    Client::new(config(emulator, scenario).build().unwrap()).unwrap()
}

pub(crate) fn config(emulator: &Emulator, scenario: &Scenario) -> ConfigBuilder {
    let base_url = format!("{}{}", emulator.base_url(), scenario.prefix());
    let config = Config::builder("scenario-app").client_secret(SECRET).redirect_uri(CALLBACK);
    config.base_url(base_url).timeout(PATIENCE)
}

fn ended(emulator: &Emulator, scenario: &Scenario) -> String {
    let client = client(emulator, scenario);
    // Fetch the keys before the login, like a server that has run for a while.
    let _ = client.warm_up();
    let outcome = login(emulator, &client);
    match &outcome {
        Ok(Outcome::SignedIn(signed_in)) => called(&client, scenario, signed_in),
        _ => word(&outcome),
    }
}

/// Makes the call that the scenario changes, if the login does not include it.
pub(crate) fn called(client: &Client, scenario: &Scenario, signed_in: &SignedIn) -> String {
    let (token, identity) = (signed_in.tokens.access_token.expose(), &signed_in.identity);
    match scenario.call() {
        "tokeninfo" => call(client.check_token(token)),
        "me" => call(client.me(token)),
        "user" => call(client.user(token, &identity.id)),
        "district" => call(client.district(token, identity.district_id.as_deref().unwrap())),
        "userinfo" => call(client.userinfo(token, Some(&identity.id))),
        "login" => "signed_in".to_owned(),
        other => panic!("there is no call {other}"),
    }
}

pub(crate) fn login(emulator: &Emulator, client: &Client) -> Result<Outcome> {
    login_as(emulator, client, "ada")
}

pub(crate) fn login_as(emulator: &Emulator, client: &Client, handle: &str) -> Result<Outcome> {
    finish(emulator, client, &client.begin_login(&LoginOptions::default()).unwrap(), handle)
}

pub(crate) fn finish(emulator: &Emulator, client: &Client, login: &Login, handle: &str) -> Result<Outcome> {
    let target = login.url.strip_prefix(emulator.base_url()).unwrap();
    let target = format!("{target}&emulator_login={handle}");
    let answer = http::send(emulator.base_url(), "GET", &target, &[], b"");
    client.finish_login_with_pending(answer.location(), Some(&login.pending))
}

pub(crate) fn word(outcome: &Result<Outcome>) -> String {
    match outcome {
        Ok(Outcome::SignedIn(_)) => "signed_in".to_owned(),
        Ok(Outcome::Restart(restart)) => format!("restart {}", restart.reason),
        Ok(Outcome::Denied(_)) => "denied".to_owned(),
        Err(error) => format!("error {}", error.code()),
    }
}

fn call<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("error {}", error.code()),
    }
}
