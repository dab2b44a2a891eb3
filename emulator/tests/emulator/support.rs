//! An emulator with four apps, and a function for each step of a login.

use std::collections::HashMap;
use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clever_emulator::{App, Emulator, Options};
use serde_json::Value;
use url::Url;

use crate::http::{self, Headers, Response};

pub(crate) const CALLBACK: &str = "http://127.0.0.1:5000/callback";
pub(crate) const OTHER_CALLBACK: &str = "http://127.0.0.1:5000/other?x=1";

/// An OAuth 2.0 app, an OpenID Connect app, a Clever Library app and a public app, all with the same redirect URI. The clock is
/// stopped: something expires only if a test moves the clock, no matter how slow the machine is.
pub(crate) fn options() -> Options {
    let oauth = App::new("oauth-app", "oauth-secret", CALLBACK).with_redirect_uri(OTHER_CALLBACK);
    let oidc = App::new("oidc-app", "oidc-secret", CALLBACK).with_oidc();
    let library = App::new("library-app", "library-secret", CALLBACK).with_oidc().with_library();
    let apps = Options::new().app(oauth).app(oidc).app(library).app(App::public("public-app", CALLBACK));
    apps.stopped_clock()
}

/// Prints why a test, or a part of it, cannot run here. `make test` lists this line. It doesn't use `println!`, whose output is
/// shown only if a test fails.
pub(crate) fn skipped(reason: &str) {
    io::stderr().write_all(format!("\nskipped: {reason}\n").as_bytes()).unwrap();
}

/// An emulator where people sign in on the pages.
pub(crate) fn with_pages() -> Emulator {
    Emulator::start(options()).unwrap()
}

/// An emulator where `person` is signed in already.
pub(crate) fn automatic(person: &str) -> Emulator {
    Emulator::start(options().auto_login(person)).unwrap()
}

pub(crate) fn get(emulator: &Emulator, target: &str) -> Response {
    http::send(emulator.base_url(), "GET", target, &[], b"")
}

pub(crate) fn get_with(emulator: &Emulator, target: &str, headers: Headers<'_>) -> Response {
    http::send(emulator.base_url(), "GET", target, headers, b"")
}

pub(crate) fn post(emulator: &Emulator, target: &str, headers: Headers<'_>, body: &str) -> Response {
    http::send(emulator.base_url(), "POST", target, headers, body.as_bytes())
}

pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(crate) fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

/// The parameters in the query of an address.
pub(crate) fn query(location: &str) -> HashMap<String, String> {
    Url::parse(location).unwrap().query_pairs().into_owned().collect()
}

/// The authorize request of this app, followed by more parameters.
pub(crate) fn authorize_target(client_id: &str, more: &str) -> String {
    let redirect_uri = form(&[("redirect_uri", CALLBACK)]);
    format!("/oauth/authorize?response_type=code&client_id={client_id}&{redirect_uri}{more}")
}

/// A new code; the emulator logs in automatically.
pub(crate) fn code(emulator: &Emulator, client_id: &str, more: &str) -> String {
    query(get(emulator, &authorize_target(client_id, more)).location())["code"].clone()
}

/// Exchanges `code` like the app, with HTTP Basic and a form.
pub(crate) fn exchange(emulator: &Emulator, client_id: &str, code: &str) -> Response {
    let secret = client_id.replace("-app", "-secret");
    let body = form(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]);
    post(emulator, "/oauth/tokens", &[FORM, ("Authorization", &basic(client_id, &secret))], &body)
}

/// Logs in, and returns the response of the token endpoint.
pub(crate) fn tokens(emulator: &Emulator, client_id: &str, more: &str) -> Value {
    let answer = exchange(emulator, client_id, &code(emulator, client_id, more));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// Logs in, and returns the access token.
pub(crate) fn access_token(emulator: &Emulator) -> String {
    tokens(emulator, "oauth-app", "")["access_token"].as_str().unwrap().to_owned()
}

/// Fills in the form of the login page.
pub(crate) fn sign_in(emulator: &Emulator, number: &str, target: &str) -> Response {
    post(
        emulator,
        "/login",
        &[FORM],
        &form(&[("username", number), ("password", number), ("target", target)]),
    )
}

/// The cookie that a response sets, as the browser sends it back.
pub(crate) fn cookie(answer: &Response) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// Signs this person in, and returns the cookie of the browser.
pub(crate) fn session(emulator: &Emulator, handle: &str) -> String {
    let number = emulator.person(handle).unwrap().sign_in_number.clone();
    let answer = sign_in(emulator, &number, "");
    assert_eq!(answer.status, 303, "{}", answer.body);
    cookie(&answer)
}

/// Does this response look as if no one is signed in?
pub(crate) fn asks_who_it_is(answer: &Response) -> bool {
    answer.location().starts_with("/login?") || answer.location().starts_with("/oauth/district-picker?")
}

/// A GET with a bearer token.
pub(crate) fn get_as(emulator: &Emulator, token: &str, target: &str) -> Response {
    get_with(emulator, target, &[("Authorization", &format!("Bearer {token}"))])
}
