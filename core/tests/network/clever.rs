//! A Clever that responds correctly, as a start for each test; and clients for it.

use clever_sso::{Client, Config, ConfigBuilder, Error, Login, blocking};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::server::{Answer, Request};
use crate::signer::Signer;
use crate::stopped_clock::{HANGS, run};

pub(crate) const CLIENT_ID: &str = "client";
pub(crate) const SECRET: &str = "c11e27-5ec2e7-c11e27-5ec2e7";
pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";
pub(crate) const CERTS: &str = "/oauth/certs";
pub(crate) const TOKENS: &str = "/oauth/tokens";

pub(crate) fn config(base: &str) -> ConfigBuilder {
    Config::builder(CLIENT_ID)
        .client_secret(SECRET)
        .redirect_uri("http://127.0.0.1:9/callback")
        .base_url(base)
        .timeout(HANGS)
}

pub(crate) fn client(base: &str) -> blocking::Client {
    made(config(base))
}

pub(crate) fn made(config: ConfigBuilder) -> blocking::Client {
    blocking::Client::new(config.build().unwrap()).unwrap()
}

pub(crate) fn made_async(config: ConfigBuilder) -> Client {
    Client::new(config.build().unwrap()).unwrap()
}

/// Makes a simple GET call. Pauses between its attempts pass at once.
pub(crate) fn ask_patiently(config: ConfigBuilder) -> Result<(), Error> {
    let client = made_async(config);
    run(async |pauses| pauses.skip(client.check_token("access-token")).await.map(drop))
}

/// The callback with a code.
pub(crate) fn callback(login: &Login) -> String {
    format!("code=abc&state={}", parameter(login, "state"))
}

/// A parameter of the login's URL.
pub(crate) fn parameter(login: &Login, name: &str) -> String {
    let mut pairs = login.url.split(['?', '&']).filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| *known == name).unwrap().1.to_owned()
}

/// A port where nothing listens, and that no one else gets while the socket is open; and its base URL.
pub(crate) fn closed_port() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let base = format!("http://{}", socket.local_addr().unwrap());
    (socket, base)
}

/// Makes a simple GET call.
pub(crate) fn ask(client: &blocking::Client) -> Result<(), Error> {
    client.check_token("access-token").map(drop)
}

/// The error code of a call that must fail.
pub(crate) fn word(result: Result<(), Error>) -> &'static str {
    result.unwrap_err().code().as_str()
}

/// The tokeninfo response for a token of this client.
pub(crate) fn ours() -> Answer {
    Answer::json(&json!({ "client_id": CLIENT_ID, "scopes": [] }))
}

pub(crate) fn tokens() -> Answer {
    Answer::json(&json!({ "access_token": "access-token", "token_type": "bearer" }))
}

/// The base URL that the request was sent to.
pub(crate) fn base(request: &Request) -> String {
    format!("http://{}", request.header("host").unwrap())
}

pub(crate) fn discovery(request: &Request) -> Answer {
    let base = base(request);
    Answer::json(&json!({ "issuer": base, "jwks_uri": format!("{base}{CERTS}") }))
}

/// Responds with discovery and the keys of `signer`.
pub(crate) fn publishing(request: &Request, signer: Signer) -> Answer {
    match request.path.as_str() {
        DISCOVERY => discovery(request),
        CERTS => key_set(&[signer.jwk()]),
        _ => Answer::status(404),
    }
}

pub(crate) fn key_set(keys: &[Value]) -> Answer {
    Answer::json(&json!({ "keys": keys }))
}
