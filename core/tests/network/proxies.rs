//! A proxy between the client and everything except this machine.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use clever_sso::ConfigBuilder;

use crate::clever::{ask, ask_patiently, config, made, made_async, ours, word};
use crate::own_process::{given, run};
use crate::server::{Answer, Request, Server};
use crate::stopped_clock;
use crate::tls::{Authority, encrypted};

/// A host name that only the proxy can resolve.
const FAR: &str = "clever.example";

/// A remote Clever, and the proxy that leads to it.
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

/// Forwards bytes in both directions until both sides are done.
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
fn a_configured_proxy_is_used_with_its_credentials() {
    let far = Far::new();
    let url = far.proxy_url("hunter2");
    let client = made(config("https://clever.example").ca_bundle(&far.authority.pem).proxy(url));
    ask(&client).unwrap();
    ask(&client).unwrap();
    assert_eq!((far.clever.seen().len(), far.proxy.connections()), (2, 1));
    assert_eq!(far.clever.seen()[0].header("proxy-authorization"), None);
}

#[test]
fn a_refusing_proxy_is_network_connect_and_its_password_is_not_shown() {
    let far = Far::new();
    let error =
        ask_patiently(config("https://clever.example").proxy(far.proxy_url("swordfish"))).unwrap_err();
    assert_eq!(error.code().as_str(), "network_connect");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("swordfish") && !shown.contains("bWU6"), "{shown}");
    let proxy = format!("the proxy http://127.0.0.1:{} (proxy)", far.proxy.port());
    assert!(shown.contains(&format!("{proxy} does not accept the credentials")), "{shown}");
    assert!(shown.contains("GET https://clever.example/oauth/tokeninfo"), "{shown}");
    // Repeated wrong credentials lock accounts.
    assert_eq!((far.proxy.connections(), error.retryable()), (1, false));
    let plain = made(config("https://clever.example").proxy(far.proxy.base()));
    let shown = ask(&plain).unwrap_err().to_string();
    let wanted = "requires credentials: put them into its URL, http://user:password@host:port";
    assert!(shown.contains(&format!("{proxy} {wanted}")), "{shown}");
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
    // Only the issuer is local: the API is remote, and its calls go through the proxy.
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
fn a_proxy_in_the_environment_is_used_except_for_this_machine() {
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
fn a_configured_proxy_overrides_the_environment() {
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
fn a_code_is_sent_once_the_proxy_opens_a_tunnel() {
    let proxy = Server::of_answers(|_| Answer::status(502));
    let client = made_async(config("https://clever.example").proxy(proxy.base()));
    let result = stopped_clock::run(async |pauses| pauses.skip(client.exchange_code("code", None)).await);
    assert_eq!(word(result.map(drop)), "network_connect");
    // No byte of the code was sent: the tunnel was never opened.
    assert!(proxy.seen().iter().all(|request| request.method == "CONNECT"));
    assert_eq!(proxy.seen().len(), 5);
}

#[test]
fn an_error_names_an_unreachable_or_refusing_proxy() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for scheme in ["http", "https", "socks5h", "socks5", "socks4a"] {
        let url = format!("{scheme}://me:swordfish@127.0.0.1:{port}");
        // An IP address, so that no name has to be resolved here.
        let error = ask(&made(config("https://192.0.2.1").proxy(url))).unwrap_err();
        assert_eq!(error.code().as_str(), "network_connect", "{error}");
        let shown = error.to_string();
        assert!(
            shown.contains(&format!("the proxy {scheme}://127.0.0.1:{port} (proxy) cannot be reached")),
            "{shown}"
        );
        assert!(!shown.contains("swordfish"), "{shown}");
    }
    let refusing = Server::of_answers(|_| Answer::status(403));
    let silent = Server::of_connections(|_| {});
    for proxy in [&refusing, &silent] {
        let error = ask(&made(config("https://clever.example:8443").proxy(proxy.base()))).unwrap_err();
        assert_eq!(error.code().as_str(), "network_connect", "{error}");
        let shown = error.to_string();
        assert!(shown.contains("GET https://clever.example:8443/oauth/tokeninfo"), "{shown}");
        let cause = format!("the proxy {} (proxy) does not lead there", proxy.base());
        assert!(shown.contains(&cause), "{shown}");
    }
}

/// A development Clever that other containers reach as `clever`.
fn in_development(proxy: &str) -> ConfigBuilder {
    config("http://clever:5999").development(true).proxy(proxy)
}

#[test]
fn another_machine_is_reached_over_plain_http_in_development() {
    let proxy = Server::of_answers(|_| ours());
    ask(&made(in_development(&proxy.base()))).unwrap();
    assert_eq!(proxy.seen()[0].path, "http://clever:5999/oauth/tokeninfo");
    assert_eq!(config("http://clever:5999").build().unwrap_err().code().as_str(), "config_invalid");
}

#[test]
fn an_error_names_a_proxy_that_responds_instead_of_clever() {
    for (status, html, word) in [
        (407, false, "network_connect"),
        (407, true, "network_connect"),
        (503, true, "response_html"),
        (403, true, "response_html"),
        (200, true, "response_html"),
        (403, false, "request_rejected"),
        (502, false, "clever_unavailable"),
        (504, false, "clever_unavailable"),
        (302, false, "response_redirect"),
        (200, false, "response_malformed"),
    ] {
        let proxy = Server::of_answers(move |_| {
            if html { Answer::html(status, "<h1>Squid</h1>") } else { Answer::status(status) }
        });
        let error = ask(&made(in_development(&proxy.base()))).unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.code().as_str(), word, "{shown}");
        assert!(shown.contains(&format!("the proxy {} (proxy)", proxy.base())), "{shown}");
    }
    for status in [401, 404, 429] {
        let proxy = Server::of_answers(move |_| Answer::status(status));
        let shown = ask(&made(in_development(&proxy.base()))).unwrap_err().to_string();
        assert!(!shown.contains("proxy"), "Clever's own response: {shown}");
    }
}

/// A SOCKS5 proxy (RFC 1928, 1929) in front of `port`, and the names that clients asked it for.
fn socks(port: u16, credentials: Option<(&'static str, &'static str)>) -> (Server, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let server = Server::of_connections(move |stream| {
        let _ = serve_socks(stream, port, credentials, &noted);
    });
    (server, asked)
}

fn serve_socks(
    stream: &mut TcpStream,
    port: u16,
    credentials: Option<(&str, &str)>,
    asked: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let methods = prefixed(stream, 1)?;
    let method = if credentials.is_some() { 2 } else { 0 };
    if !methods.contains(&method) {
        return stream.write_all(&[5, 0xff]);
    }
    stream.write_all(&[5, method])?;
    if let Some((name, password)) = credentials {
        let given = (prefixed(stream, 1)?, prefixed(stream, 0)?);
        let good = given == (name.as_bytes().to_vec(), password.as_bytes().to_vec());
        stream.write_all(&[1, u8::from(!good)])?;
        if !good {
            return Ok(());
        }
    }
    // Version, command, reserved, address type: a name.
    let name = prefixed(stream, 4)?;
    stream.read_exact(&mut [0; 2])?;
    asked.lock().unwrap().push(String::from_utf8_lossy(&name).into_owned());
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    relay(stream, &TcpStream::connect(("127.0.0.1", port))?);
    Ok(())
}

/// Skips some bytes, then reads the number of bytes that the next byte says.
fn prefixed(stream: &mut TcpStream, skipped: usize) -> io::Result<Vec<u8>> {
    stream.read_exact(&mut vec![0; skipped])?;
    let mut length = [0];
    stream.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::from(length[0])];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[test]
fn a_socks_proxy_is_used_and_resolves_the_name() {
    let authority = Authority::new();
    let clever = Server::wrapped(encrypted(authority.for_name(FAR)), |_| ours());
    for (credentials, userinfo) in [(None, ""), (Some(("me", "hunter2")), "me:hunter2@")] {
        let (proxy, asked) = socks(clever.port(), credentials);
        let url = format!("socks5h://{userinfo}127.0.0.1:{}", proxy.port());
        ask(&made(config("https://clever.example").ca_bundle(&authority.pem).proxy(url))).unwrap();
        assert_eq!(*asked.lock().unwrap(), [FAR]);
    }
}

#[test]
fn an_error_names_a_socks_proxy_that_rejects_the_credentials() {
    let (proxy, asked) = socks(9, Some(("me", "hunter2")));
    let wanted = "requires credentials: put them into its URL, socks5h://user:password@host:port";
    for (userinfo, cause) in [("", wanted), ("me:swordfish@", "does not accept the credentials")] {
        let url = format!("socks5h://{userinfo}127.0.0.1:{}", proxy.port());
        let error = ask(&made(config("https://clever.example").proxy(url))).unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.code().as_str(), "network_connect", "{shown}");
        let named = format!("the proxy socks5h://127.0.0.1:{} (proxy) {cause}", proxy.port());
        assert!(shown.contains(&named), "{shown}");
        assert!(!shown.contains("swordfish"), "{shown}");
        assert!(!error.retryable(), "{shown}");
    }
    assert_eq!(proxy.connections(), 2, "there must be one connection for each call");
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn an_error_names_a_socks_proxy_without_authentication() {
    let (without, _) = socks(9, None);
    let careless = Server::of_connections(|stream| drop(stream.write_all(&[5, 0])));
    let fourth = Server::of_connections(|stream| drop(stream.write_all(&[0, 91, 0, 0, 0, 0, 0, 0])));
    let removed = "accepts no user name and password: remove them from its URL";
    for (scheme, proxy, cause) in [
        ("socks5h", &without, removed),
        ("socks5h", &careless, removed),
        ("socks4a", &fourth, "SOCKS 4 sends no user name and password: socks5h:// does"),
    ] {
        let url = |userinfo| format!("{scheme}://{userinfo}127.0.0.1:{}", proxy.port());
        let shown = |url| ask_patiently(config("https://clever.example").proxy(url)).unwrap_err().to_string();
        let found = shown(url("me:swordfish@"));
        assert!(found.ends_with(cause) && !found.contains("swordfish"), "{found}");
        assert!(!shown(url("")).contains(cause), "{cause}");
    }
}

#[test]
fn every_proxy_variable_selects_the_proxy() {
    let far = Far::new();
    let (socks, _) = socks(far.clever.port(), None);
    let (http, socks) = (far.proxy_url("hunter2"), format!("socks5h://127.0.0.1:{}", socks.port()));
    let without_scheme = http.trim_start_matches("http://").to_owned();
    let nowhere = "http://127.0.0.1:9";
    let authority = ("AUTHORITY", far.authority.pem.as_str());
    for (tried, environment) in [
        vec![("https_proxy", http.as_str())],
        vec![("ALL_PROXY", &http)],
        vec![("all_proxy", &socks)],
        vec![("HTTPS_PROXY", &without_scheme)],
        vec![("HTTPS_PROXY", &http), ("ALL_PROXY", nowhere), ("HTTP_PROXY", nowhere)],
        vec![("HTTPS_PROXY", &http), ("NO_PROXY", "clever.example:8443,10.0.0.0/8")],
        vec![("HTTPS_PROXY", &http), ("REQUEST_METHOD", "GET")],
        vec![("HTTPS_PROXY", ""), ("https_proxy", &http)],
    ]
    .into_iter()
    .enumerate()
    {
        run("proxies::in_an_environment_with_a_working_proxy", &[environment, vec![authority]].concat());
        assert_eq!(far.clever.seen().len(), tried + 1);
    }
}

#[test]
#[ignore = "is run by another test, with an environment of its own"]
fn in_an_environment_with_a_working_proxy() {
    ask(&made(config("https://clever.example").ca_bundle(given("AUTHORITY")))).unwrap();
}

/// An address that reaches this machine but is not a loopback address, so only its name can exempt it.
const NEARLY_NEAR: &str = "0.0.0.0";

#[test]
fn hosts_in_no_proxy_are_reached_without_a_proxy() {
    let (proxy, near) = (Server::of_answers(|_| ours()), Server::of_answers(|_| ours()));
    let base = format!("http://{NEARLY_NEAR}:{}", near.port());
    let with_port = format!("{NEARLY_NEAR}:{}", near.port());
    let proxied = |variables: &[(&str, &str)]| {
        let (before, near_before) = (proxy.seen().len(), near.seen().len());
        run("proxies::in_an_environment_with_an_exemption", &[variables, &[("BASE", &base)]].concat());
        let proxied = proxy.seen().len() - before;
        assert_eq!(proxied + near.seen().len() - near_before, 1);
        proxied == 1
    };
    let url = proxy.base();
    for (variable, value) in [
        ("NO_PROXY", with_port.as_str()),
        ("no_proxy", "0.0.0.0/8"),
        ("NO_PROXY", "a.example, 0.0.0.0"),
        ("no_proxy", "*"),
    ] {
        assert!(!proxied(&[("HTTP_PROXY", &url), (variable, value)]), "{value}");
    }
    assert!(proxied(&[("http_proxy", &url), ("NO_PROXY", "0.0.0.0:1,10.0.0.0/8,clever")]));
    // In a CGI program, HTTP_PROXY contains a request header.
    assert!(!proxied(&[("HTTP_PROXY", &url), ("REQUEST_METHOD", "GET")]));
    assert!(proxied(&[("http_proxy", &url), ("REQUEST_METHOD", "GET")]));
}

#[test]
#[ignore = "is run by another test, with an environment of its own"]
fn in_an_environment_with_an_exemption() {
    ask(&made(config(&given("BASE")).development(true))).unwrap();
}

#[test]
fn making_a_client_fails_with_the_name_of_an_unusable_proxy_variable() {
    for (name, value) in [
        ("HTTPS_PROXY", "gopher://me:swordfish@proxy.example"),
        ("https_proxy", "socks://proxy.example"),
        ("ALL_PROXY", "http://me:sword/fish@proxy.example"),
    ] {
        run("proxies::in_an_environment_with_an_unusable_proxy", &[(name, value), ("NAME", name)]);
    }
}

#[test]
#[ignore = "is run by another test, with an environment of its own"]
fn in_an_environment_with_an_unusable_proxy() {
    let error = config("https://clever.example").build().unwrap_err();
    assert_eq!(error.code().as_str(), "config_invalid");
    let shown = error.to_string();
    assert!(shown.contains(&given("NAME")) && !shown.contains("fish"), "{shown}");
    // A client that needs no proxy ignores the variable.
    assert!(config("http://127.0.0.1:5999").build().is_ok());
}

#[test]
fn the_environment_is_only_read_when_a_client_is_made() {
    let (far, other) = (Far::new(), Server::of_answers(|_| ours()));
    run(
        "proxies::in_an_environment_that_changes",
        &[
            ("HTTPS_PROXY", &far.proxy_url("hunter2")),
            ("AUTHORITY", &far.authority.pem),
            ("OTHER", &other.base()),
        ],
    );
    assert_eq!((far.clever.seen().len(), other.connections()), (1, 0));
}

#[test]
#[ignore = "is run by another test, with an environment of its own"]
fn in_an_environment_that_changes() {
    let client = made(config("https://clever.example").ca_bundle(given("AUTHORITY")));
    let other = given("OTHER");
    for (name, value) in [
        ("HTTPS_PROXY", other.as_str()),
        ("NO_PROXY", "*"),
        ("SSL_CERT_FILE", "/no/such/file"),
        ("SSL_CERT_DIR", "/no"),
    ] {
        #[expect(unsafe_code, reason = "this process has no other thread that reads its environment")]
        // SAFETY: as above.
        unsafe {
            std::env::set_var(name, value);
        }
    }
    ask(&client).unwrap();
}
