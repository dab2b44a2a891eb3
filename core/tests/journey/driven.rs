//! A whole login with a handwritten HTTP client: the journey does not need this crate's.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::time::Duration;

use clever_emulator::Emulator;
use clever_sso::journey::{ENTROPY_BYTES, IdTokenCheck, Journey, Step};
use clever_sso::protocol::{self, Request, Response};
use clever_sso::{
    Config, Error, ErrorCode, KeySet, Login, LoginOptions, Outcome, Result, SetCookie, SignedIn,
};

use crate::scene::{OAUTH, OIDC, PUBLIC, REDIRECT_URI, callback, config, emulator, state_of, visit, word};

/// Only a server that hangs takes this long.
const HANGS: Duration = Duration::from_secs(60);

/// Sends one request over its own connection.
fn send(request: &Request) -> Response {
    let uri = request.uri();
    let host = uri.authority().unwrap().as_str();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(HANGS)).unwrap();
    let (method, path, length) = (request.method(), uri.path_and_query().unwrap(), request.body().len());
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n").unwrap();
    for (name, value) in request.headers() {
        write!(stream, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    write!(stream, "content-length: {length}\r\n\r\n").unwrap();
    stream.write_all(request.body()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = str::from_utf8(&answer[..end]).unwrap();
    let mut lines = head.lines();
    let mut response = http::Response::builder().status(lines.next().unwrap().split(' ').nth(1).unwrap());
    for (name, value) in lines.map(|line| line.split_once(": ").unwrap()) {
        assert_ne!(name, "transfer-encoding", "this client does not support chunks");
        response = response.header(name, value);
    }
    response.body(answer[end + 4..].to_vec()).unwrap()
}

/// An application with a browser, and the requests that it sent.
struct Driver {
    emulator: Emulator,
    journey: Journey,
    sent: Vec<String>,
    draws: AtomicU8,
}

impl Driver {
    fn new(client_id: &str) -> Self {
        let emulator = emulator();
        let journey = Journey::new(config(&emulator, client_id).build().unwrap()).unwrap();
        Self { emulator, journey, sent: Vec::new(), draws: AtomicU8::new(0) }
    }

    fn now(&self) -> u64 {
        self.emulator.now()
    }

    /// Not random, but different each time.
    fn entropy(&self) -> [u8; ENTROPY_BYTES] {
        [self.draws.fetch_add(1, Relaxed); ENTROPY_BYTES]
    }

    fn begin(&self) -> Login {
        let mut options = LoginOptions::default();
        options.return_to = Some("/lesson".to_owned());
        self.journey.begin_login(&options, self.now(), &self.entropy()).unwrap()
    }

    fn finish(&self, callback: &str, cookies: &str) -> Result<Step> {
        self.journey.finish_login(callback, cookies, self.now(), &self.entropy())
    }

    fn keys(&mut self) -> KeySet {
        let document = self.send(&protocol::discovery_request(self.emulator.base_url()).unwrap());
        let metadata = protocol::discovery_response(&document, self.emulator.base_url()).unwrap();
        let set = self.send(&protocol::jwks_request(&metadata.jwks_uri).unwrap());
        KeySet::parse(&protocol::jwks_response(&set).unwrap()).unwrap()
    }

    fn send(&mut self, request: &Request) -> Response {
        self.sent.push(format!("{} {}", request.method(), request.uri().path()));
        send(request)
    }

    fn go_on(&mut self, mut step: Step) -> Result<Outcome> {
        loop {
            step = match step {
                Step::Finished(outcome) => return Ok(outcome),
                Step::Send(asked) => {
                    let response = self.send(asked.request());
                    asked.response(&response, self.now(), &self.entropy())?
                }
                Step::Verify(id_token) => return id_token.verify(&self.keys(), self.now()),
            }
        }
    }

    /// The code exchange of a valid login, and the step after it.
    fn exchanged(&mut self) -> Step {
        let login = self.begin();
        let Ok(Step::Send(exchange)) = self.finish(&visit(&login), &header(&login.set_cookies)) else {
            panic!("the code must be used");
        };
        let response = self.send(exchange.request());
        exchange.response(&response, self.now(), &self.entropy()).unwrap()
    }

    fn id_token(&mut self) -> IdTokenCheck {
        let Step::Verify(id_token) = self.exchanged() else { panic!("the ID token must be verified") };
        id_token
    }
}

/// The `Cookie` header that a browser sends.
fn header(cookies: &[SetCookie]) -> String {
    let pairs = cookies.iter().filter(|cookie| cookie.max_age() > 0);
    pairs.map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect::<Vec<_>>().join("; ")
}

fn signed_in(outcome: Result<Outcome>) -> SignedIn {
    match outcome {
        Ok(Outcome::SignedIn(signed_in)) => *signed_in,
        other => panic!("{}", word(&other)),
    }
}

/// A proven login failed: its cookie is deleted, and the old session ends.
fn ends_the_login(error: &Error) -> bool {
    let deleted = error.set_cookies().iter().any(|cookie| cookie.max_age() == 0);
    deleted && error.ends_session() && error.return_to() == Some("/lesson")
}

#[test]
fn a_login_with_an_id_token_needs_one_request_and_the_keys() {
    let mut driver = Driver::new(OIDC);
    let login = driver.begin();
    let step = driver.finish(&visit(&login), &header(&login.set_cookies)).unwrap();
    let signed_in = signed_in(driver.go_on(step));
    let ada = driver.emulator.person("ada").unwrap();
    assert_eq!((&*signed_in.identity.id, signed_in.return_to.as_deref()), (&*ada.id, Some("/lesson")));
    assert!(signed_in.tokens.id_token.is_some() && !signed_in.set_cookies.is_empty());
    assert_eq!(
        driver.sent,
        ["POST /oauth/tokens", "GET /.well-known/openid-configuration", "GET /oauth/certs"]
    );
}

#[test]
fn a_login_without_an_id_token_requests_the_person_and_their_record() {
    let mut driver = Driver::new(OAUTH);
    let step = driver.exchanged();
    let signed_in = signed_in(driver.go_on(step));
    let ada = driver.emulator.person("ada").unwrap();
    assert_eq!(signed_in.identity.id, ada.id);
    assert!(signed_in.identity.name.first.is_some());
    let requests: Vec<_> = driver.sent.iter().map(String::as_str).collect();
    assert!(
        matches!(requests[..], ["POST /oauth/tokens", "GET /v3.0/me", record] if record.ends_with(&ada.id))
    );
}

/// An application without a secret.
fn public() -> Driver {
    let emulator = emulator();
    let config = Config::builder(PUBLIC).pending_key("sixteen bytes or more").redirect_uri(REDIRECT_URI);
    let journey = Journey::new(config.base_url(emulator.base_url()).build().unwrap()).unwrap();
    Driver { emulator, journey, sent: Vec::new(), draws: AtomicU8::new(0) }
}

fn begin_implicit(driver: &Driver) -> Login {
    let options = LoginOptions::new().return_to("/lesson");
    driver.journey.begin_implicit(&options, driver.now(), &driver.entropy()).unwrap()
}

#[test]
fn the_implicit_grant_checks_the_token_before_anything_else() {
    let mut driver = public();
    let login = begin_implicit(&driver);
    let sent: Vec<_> = url::Url::parse(&login.url).unwrap().query_pairs().into_owned().collect();
    let names: Vec<_> = sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["response_type", "client_id", "redirect_uri", "state"],
        "there must be no scope and no nonce"
    );
    assert_eq!(sent[0].1, "token");
    let callback = visit(&login);
    let cookies = header(&login.set_cookies);
    let step = driver.journey.finish_implicit(&callback, &cookies, driver.now(), &driver.entropy()).unwrap();
    assert_eq!(format!("{step:?}"), "Send(LoginRequest(GET /oauth/tokeninfo))");
    let signed_in = signed_in(driver.go_on(step));
    let ada = driver.emulator.person("ada").unwrap();
    assert_eq!((&*signed_in.identity.id, signed_in.return_to.as_deref()), (&*ada.id, Some("/lesson")));
    assert!(signed_in.tokens.id_token.is_none() && signed_in.identity.name.first.is_some());
    assert!(callback.contains(signed_in.tokens.access_token.expose()));
    assert_eq!(driver.sent[..2], ["GET /oauth/tokeninfo", "GET /v3.0/me"]);
}

#[test]
fn an_unproven_token_ends_the_login() {
    let driver = public();
    let login = begin_implicit(&driver);
    let callback = visit(&login);
    let (now, pending) = (driver.now(), Some(&*login.pending));
    let finish =
        || match driver.journey.finish_implicit_with_pending(&callback, pending, now, &driver.entropy()) {
            Ok(Step::Send(asked)) => asked,
            other => panic!("{other:?}"),
        };
    let error = finish().no_response(ErrorCode::NetworkTimeout).unwrap_err();
    assert!(error.code() == ErrorCode::NetworkTimeout && error.ends_session());
    for (body, code) in [
        (&br#"{"client_id":"another","scopes":[]}"#[..], ErrorCode::TokenForeign),
        (br#"["9b1c9b1c9b1c9b1c9b1c"]"#, ErrorCode::ResponseMalformed),
    ] {
        let error = finish().response(&Response::new(body.to_vec()), now, &driver.entropy()).unwrap_err();
        assert!(error.code() == code && error.ends_session(), "{error}");
        assert_eq!(error.return_to(), Some("/lesson"));
    }
}

#[test]
fn only_the_request_for_the_record_may_fail() {
    let mut driver = Driver::new(OAUTH);
    let login = driver.begin();
    let Ok(Step::Send(exchange)) = driver.finish(&visit(&login), &header(&login.set_cookies)) else {
        panic!("the code must be used");
    };
    let error = exchange.no_response(ErrorCode::NetworkName).unwrap_err();
    assert!(error.code() == ErrorCode::NetworkName && ends_the_login(&error));
    let Step::Send(me) = driver.exchanged() else { panic!("the person must be requested") };
    let error = me.no_response(ErrorCode::NetworkTimeout).unwrap_err();
    assert!(error.code() == ErrorCode::NetworkTimeout && ends_the_login(&error));
    let Step::Send(me) = driver.exchanged() else { panic!("the person must be requested") };
    let response = driver.send(me.request());
    let Ok(Step::Send(record)) = me.response(&response, driver.now(), &driver.entropy()) else {
        panic!("the record must be requested");
    };
    let Ok(Step::Finished(outcome)) = record.no_response(ErrorCode::NetworkTimeout) else {
        panic!("the login must continue without the record");
    };
    assert_eq!(signed_in(Ok(outcome)).identity.name.first, None);
}

#[test]
fn a_refusal_is_the_outcome_at_once() {
    let mut driver = Driver::new(OIDC);
    let login = driver.begin();
    let callback = format!("error=access_denied&state={}", state_of(&login));
    let step = driver.finish(&callback, &header(&login.set_cookies)).unwrap();
    let outcome = driver.go_on(step).unwrap();
    assert!(outcome.ends_session() && matches!(outcome, Outcome::Denied(_)));
    assert!(driver.sent.is_empty());
}

#[test]
fn a_login_that_lost_its_cookie_restarts_without_a_request_and_arrives() {
    let mut driver = Driver::new(OIDC);
    let login = driver.begin();
    let step = driver.finish(&visit(&login), "").unwrap();
    let Ok(Outcome::Restart(restart)) = driver.go_on(step) else { panic!("the login must restart") };
    assert_eq!((restart.reason, driver.sent.len()), (ErrorCode::PendingMissing, 0));
    let again = restart.login;
    let step = driver.finish(&visit(&again), &header(&again.set_cookies)).unwrap();
    assert_eq!(signed_in(driver.go_on(step)).return_to.as_deref(), Some("/lesson"));
}

#[test]
fn a_login_with_a_rejected_code_restarts_and_arrives() {
    let mut driver = Driver::new(OIDC);
    let login = driver.begin();
    let step = driver.finish(&callback(&state_of(&login)), &header(&login.set_cookies)).unwrap();
    let Ok(Outcome::Restart(restart)) = driver.go_on(step) else { panic!("the login must restart") };
    assert_eq!(restart.reason, ErrorCode::CodeRejected);
    let again = restart.login;
    let step = driver.finish(&visit(&again), &header(&again.set_cookies)).unwrap();
    assert_eq!(signed_in(driver.go_on(step)).return_to.as_deref(), Some("/lesson"));
}

#[test]
fn an_application_can_store_the_pending_login_itself() {
    let mut driver = Driver::new(OIDC);
    let login = driver.begin();
    let finish = |driver: &Driver, pending| {
        let callback = visit(&login);
        driver.journey.finish_login_with_pending(&callback, pending, driver.now(), &driver.entropy())
    };
    let missing = finish(&driver, Some("")).unwrap();
    assert_eq!(word(&driver.go_on(missing)), "restart pending_missing");
    let step = finish(&driver, Some(&login.pending)).unwrap();
    assert!(signed_in(driver.go_on(step)).set_cookies.is_empty());
}

#[test]
fn a_token_that_old_keys_do_not_verify_is_verified_with_newer_ones() {
    let mut driver = Driver::new(OIDC);
    let old = driver.keys();
    let rotate = http::Request::post(format!("{}/_emulator/keys/rotate", driver.emulator.base_url()));
    assert_eq!(send(&rotate.body(Vec::new()).unwrap()).status(), 200);
    let id_token = driver.id_token();
    let error = id_token.verify(&old, driver.now()).unwrap_err();
    assert!(IdTokenCheck::needs_newer_keys(&error) && ends_the_login(&error), "{error}");
    let outcome = id_token.verify(&driver.keys(), driver.now());
    assert_eq!(signed_in(outcome).identity.id, driver.emulator.person("ada").unwrap().id);
}

#[test]
fn a_refused_token_or_a_failed_key_fetch_ends_the_login() {
    let mut driver = Driver::new(OIDC);
    let id_token = driver.id_token();
    let error = id_token.verify(&driver.keys(), driver.now() + 1_000_000).unwrap_err();
    assert!(error.code() == ErrorCode::IdTokenExpired && ends_the_login(&error));
    assert!(!IdTokenCheck::needs_newer_keys(&error));
    let html =
        http::Response::builder().header("content-type", "text/html").body(b"<html>".to_vec()).unwrap();
    let error = id_token.failed(protocol::jwks_response(&html).unwrap_err());
    assert!(error.code() == ErrorCode::ResponseHtml && ends_the_login(&error));
}

#[test]
fn a_step_shows_no_code_and_no_token() {
    let mut driver = Driver::new(OIDC);
    let login = driver.begin();
    let step = driver.finish(&visit(&login), &header(&login.set_cookies)).unwrap();
    assert_eq!(format!("{step:?}"), "Send(LoginRequest(POST /oauth/tokens))");
    let id_token = driver.id_token();
    assert_eq!(format!("{id_token:?}"), "IdTokenCheck(..)");
}
