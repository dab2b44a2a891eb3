//! An emulator, clients for it, and helpers for the tests.

use clever_emulator::{App, Emulator, Options};
use clever_sso::blocking::Client;
use clever_sso::{Config, ConfigBuilder, Login, LoginOptions, Outcome, Result};
use proptest::test_runner::Config as Cases;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::browser::Browser;

pub(crate) const OIDC: &str = "0d1c0d1c0d1c0d1c0d1c";
pub(crate) const OAUTH: &str = "0a070a070a070a070a07";
pub(crate) const PUBLIC: &str = "9b1c9b1c9b1c9b1c9b1c";
pub(crate) const SECRET: &str = "5ec4e7a15ec4e7a15ec4e7a15ec4e7a15ec4e7a1";
/// No server runs there: the test browser reads the URL and does not open it.
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";

pub(crate) fn emulator() -> Emulator {
    let oidc = App::new(OIDC, SECRET, REDIRECT_URI).with_oidc();
    let oauth = App::new(OAUTH, SECRET, REDIRECT_URI);
    let public = App::public(PUBLIC, REDIRECT_URI);
    Emulator::start(Options::new().app(oidc).app(oauth).app(public).auto_login("ada")).unwrap()
}

pub(crate) fn config(emulator: &Emulator, client_id: &str) -> ConfigBuilder {
    Config::builder(client_id).client_secret(SECRET).redirect_uri(REDIRECT_URI).base_url(emulator.base_url())
}

pub(crate) fn client(emulator: &Emulator, client_id: &str) -> Client {
    built(config(emulator, client_id))
}

pub(crate) fn built(config: ConfigBuilder) -> Client {
    Client::new(config.build().unwrap()).unwrap()
}

pub(crate) fn begin(client: &Client) -> Login {
    client.begin_login(&LoginOptions::default()).unwrap()
}

/// Goes to Clever and returns the callback, with a valid code.
pub(crate) fn visit(login: &Login) -> String {
    let (result, fields) = Browser::go(&login.url);
    assert_eq!(result, "ok");
    fields["callback"].clone()
}

/// A callback with this state and an unknown code.
pub(crate) fn callback(state: &str) -> String {
    let query = Serializer::new(String::new())
        .append_pair("code", "0000000000000000000000000000000000000000")
        .append_pair("state", state)
        .finish();
    format!("{REDIRECT_URI}?{query}")
}

pub(crate) fn state_of(login: &Login) -> String {
    let url = Url::parse(&login.url).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

/// The outcome as text: `signed_in`, `restart REASON`, `denied` or `error CODE`.
pub(crate) fn word(outcome: &Result<Outcome>) -> String {
    match outcome {
        Ok(Outcome::SignedIn(_)) => "signed_in".to_owned(),
        Ok(Outcome::Restart(restart)) => format!("restart {}", restart.reason),
        Ok(Outcome::Denied(_)) => "denied".to_owned(),
        Err(error) => format!("error {}", error.code()),
    }
}

pub(crate) fn token_requests(emulator: &Emulator) -> u64 {
    emulator.request_count("/oauth/tokens")
}

/// The number of examples: `short` in `make test`, `whole` with `CLEVER_SSO_TEST_ALL`.
pub(crate) fn short_or_whole(short: u32, whole: u32) -> u32 {
    if std::env::var_os("CLEVER_SSO_TEST_ALL").is_some() { whole } else { short }
}

/// This number of examples for a property. A failing example is shown and not written to a file.
pub(crate) fn cases(cases: u32) -> Cases {
    Cases { cases, failure_persistence: None, ..Cases::default() }
}
