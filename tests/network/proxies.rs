//! A proxy stands between the client and everything but this machine.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;

use crate::clever::{ask, ask_patiently, config, made, made_async, ours, word};
use crate::own_process::{given, run};
use crate::server::{Answer, Request, Server};
use crate::stopped_clock;
use crate::tls::{Authority, encrypted};

/// A name that only the proxy can make sense of.
const FAR: &str = "clever.example";

/// A Clever far away, and the proxy that leads there.
struct Far {
    authority: Authority,
    clever: Server,
    proxy: Server,
}

impl Far {
    fn new() -> Self {
        let authority = Authority::new();
        let clever = Server::wrapped(encrypted(authority.for_name(FAR)), |_| ours());
        let port = clever.port();
        let proxy = Server::of_connections(move |stream| {
            let Some(request) = Request::read(stream) else { return };
            assert_eq!((request.method.as_str(), request.path.as_str()), ("CONNECT", "clever.example:443"));
            if request.header("proxy-authorization") == Some("Basic bWU6aHVudGVyMg==") {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
                relay(stream, &TcpStream::connect(("127.0.0.1", port)).unwrap());
            } else {
                let _ = stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
            }
        });
        Self { authority, clever, proxy }
    }

    fn proxy_url(&self, password: &str) -> String {
        format!("http://me:{password}@127.0.0.1:{}", self.proxy.port())
    }
}

/// Carries bytes both ways until both are done.
fn relay(one: &TcpStream, other: &TcpStream) {
    thread::scope(|scope| {
        for (mut from, mut to) in [(one, other), (other, one)] {
            scope.spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
        }
    });
}

#[test]
fn a_proxy_of_the_configuration_is_used_with_its_credentials() {
    let far = Far::new();
    let url = far.proxy_url("hunter2");
    let client = made(config("https://clever.example").ca_bundle(&far.authority.pem).proxy(url));
    ask(&client).unwrap();
    ask(&client).unwrap();
    assert_eq!((far.clever.seen().len(), far.proxy.connections()), (2, 1));
    assert_eq!(far.clever.seen()[0].header("proxy-authorization"), None);
}

#[test]
fn a_proxy_that_refuses_is_network_connect_and_no_message_shows_its_password() {
    let far = Far::new();
    let error =
        ask_patiently(config("https://clever.example").proxy(far.proxy_url("swordfish"))).unwrap_err();
    assert_eq!(error.code().as_str(), "network_connect");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("swordfish") && !shown.contains("bWU6"), "{shown}");
    assert!(far.clever.seen().is_empty());
}

#[test]
fn a_client_never_shows_the_password_of_its_proxy() {
    let config = config("https://clever.example").proxy("http://me:swordfish@127.0.0.1:9");
    let client = clever_sso::Client::new(config.build().unwrap()).unwrap();
    assert!(!format!("{client:?} {client:#?}").contains("swordfish"));
}

#[test]
fn this_machine_is_reached_without_the_proxy() {
    let (near, proxy) = (Server::of_answers(|_| ours()), Server::of_answers(|_| Answer::status(502)));
    // Only the issuer is near: the API is far, and its calls go through the proxy.
    let far_api = config(&near.base()).api_base("https://clever.example").proxy(proxy.base());
    for settings in [config(&near.base()).proxy(proxy.base()), far_api] {
        ask(&made(settings)).unwrap();
    }
    assert_eq!((near.seen().len(), proxy.connections()), (2, 0));
    let far_api = config(&near.base()).api_base("https://clever.example").proxy(proxy.base());
    let far = made_async(far_api);
    stopped_clock::run(async |pauses| pauses.skip(far.me("access-token")).await.map(drop)).unwrap_err();
    assert!(proxy.connections() > 0);
}

#[test]
fn a_proxy_of_the_environment_is_used_but_not_for_this_machine() {
    let (far, near) = (Far::new(), Server::of_answers(|_| ours()));
    let proxy = far.proxy_url("hunter2");
    run(
        "proxies::in_an_environment_with_a_proxy",
        &[
            ("HTTPS_PROXY", &proxy),
            ("HTTP_PROXY", &proxy),
            ("AUTHORITY", &far.authority.pem),
            ("NEAR", &near.base()),
        ],
    );
    assert_eq!((far.clever.seen().len(), far.proxy.connections(), near.seen().len()), (1, 1, 1));
}

#[test]
#[ignore = "is run by another test, with an environment of its own"]
fn in_an_environment_with_a_proxy() {
    ask(&made(config("https://clever.example").ca_bundle(given("AUTHORITY")))).unwrap();
    ask(&made(config(&given("NEAR")))).unwrap();
}

#[test]
fn a_proxy_of_the_configuration_outdoes_the_environment() {
    let (far, other) = (Far::new(), Server::of_answers(|_| ours()));
    run(
        "proxies::in_an_environment_with_another_proxy",
        &[
            ("HTTPS_PROXY", &other.base()),
            ("NO_PROXY", FAR),
            ("AUTHORITY", &far.authority.pem),
            ("PROXY", &far.proxy_url("hunter2")),
        ],
    );
    assert_eq!((far.clever.seen().len(), other.connections()), (1, 0));
}

#[test]
#[ignore = "is run by another test, with an environment of its own"]
fn in_an_environment_with_another_proxy() {
    let settings = config("https://clever.example").ca_bundle(given("AUTHORITY"));
    ask(&made(settings.proxy(given("PROXY")))).unwrap();
}

#[test]
fn a_code_goes_through_a_proxy_once_it_answers() {
    let proxy = Server::of_answers(|_| Answer::status(502));
    let client = made_async(config("https://clever.example").proxy(proxy.base()));
    let result = stopped_clock::run(async |pauses| pauses.skip(client.exchange_code("code", None)).await);
    assert_eq!(word(result.map(drop)), "network_connect");
    // No byte of the code was sent: the tunnel never stood.
    assert!(proxy.seen().iter().all(|request| request.method == "CONNECT"));
    assert_eq!(proxy.seen().len(), 5);
}
