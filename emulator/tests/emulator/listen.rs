//! Addresses other than 127.0.0.1, and the public URL.

use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, SocketAddr, TcpListener};

use clever_emulator::{Emulator, StartError};

use crate::binary::{ended, start};
use crate::http::{self, Response};
use crate::support::{get, options, skipped, tokens};

fn at(address: &str) -> Emulator {
    Emulator::start(options().auto_login("ada").listen(address.parse().unwrap())).unwrap()
}

fn port(emulator: &Emulator) -> u16 {
    emulator.base_url().rsplit_once(':').unwrap().1.parse().unwrap()
}

/// Is this port free on an address that only this test uses? It isn't if the emulator listens on all addresses.
fn is_free_elsewhere(port: u16, last: u8) -> bool {
    TcpListener::bind((IpAddr::from([127, 0, 0, last]), port)).is_ok()
}

/// The response of the controls to a request with this `Host`.
fn control(base_url: &str, host: &str, more: &str) -> Response {
    let request = format!("GET /_emulator/clock HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n");
    http::parse(&http::raw(base_url, request.as_bytes()))
}

/// The first lines of the hints, up to the first app.
fn warning(arguments: &[&str]) -> (String, String) {
    let (mut running, line) = start(arguments);
    let mut stderr = BufReader::new(running.0.stderr.take().unwrap());
    let mut hints = String::new();
    while !hints.contains("\n\n") && stderr.read_line(&mut hints).unwrap() > 0 {}
    (line.trim().to_owned(), hints)
}

#[test]
fn whole_logins_and_the_controls_work_at_another_address() {
    for address in ["127.0.0.2", "::1"] {
        if TcpListener::bind((address.parse::<IpAddr>().unwrap(), 0)).is_err() {
            skipped(&format!("this system has no {address}"));
            continue;
        }
        let emulator = at(address);
        assert!(emulator.base_url().contains(address), "{}", emulator.base_url());
        assert!(tokens(&emulator, "oidc-app", "")["id_token"].is_string());
        assert_eq!(get(&emulator, "/.well-known/openid-configuration").json()["issuer"], emulator.base_url());
        let host = emulator.base_url().strip_prefix("http://").unwrap();
        assert_eq!(control(emulator.base_url(), host, "").status, 200);
        assert!(is_free_elsewhere(port(&emulator), 5), "it listens only on that address");
    }
}

#[test]
fn by_default_the_emulator_listens_only_on_127_0_0_1() {
    let emulator = Emulator::start(options()).unwrap();
    assert!(emulator.base_url().starts_with("http://127.0.0.1:"));
    assert!(is_free_elsewhere(port(&emulator), 6));
}

#[test]
fn the_public_url_is_the_issuer_and_its_host_can_use_the_controls() {
    // A port that is used on one address is free on another address that nothing else uses.
    let taken = TcpListener::bind("127.0.0.2:0").unwrap();
    let free = SocketAddr::from(([127, 0, 0, 3], taken.local_addr().unwrap().port()));
    let options = options().listen(free.ip()).port(free.port()).public_url("http://clever.test:5999");
    let emulator = Emulator::start(options).unwrap();
    let reached = format!("http://{free}");
    let metadata = http::send(&reached, "GET", "/.well-known/openid-configuration", &[], b"").json();
    assert_eq!(metadata["issuer"], emulator.base_url());
    assert_eq!(metadata["jwks_uri"], "http://clever.test:5999/oauth/certs");
    let own_page = "Origin: http://clever.test:5999\r\n";
    for (host, more, status) in [
        ("clever.test:5999", "", 200),
        ("clever.test:5999", own_page, 200),
        (reached.strip_prefix("http://").unwrap(), "", 200),
        ("clever.test:5999", "Origin: http://evil.test\r\n", 403),
        ("clever.test:5999", "Origin: https://clever.test:5999\r\n", 403),
        ("clever.test", "", 403),
        ("evil.test:5999", "", 403),
        ("0.0.0.0:5999", "", 403),
    ] {
        assert_eq!(control(&reached, host, more).status, status, "{host} {more}");
    }
}

#[test]
fn the_error_for_a_used_address_names_it() {
    let taken = TcpListener::bind("127.0.0.2:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = Emulator::start(options().listen(address.ip()).port(address.port())).unwrap_err();
    assert!(matches!(error, StartError::Port { address: named, .. } if named == address));
    assert!(error.to_string().contains(&address.to_string()));
}

#[test]
fn an_address_that_others_can_reach_prints_a_warning() {
    let (line, hints) = warning(&["--listen", "0.0.0.0"]);
    assert!(line.starts_with("http://127.0.0.1:"), "{line}");
    assert!(
        hints.contains("WARNING: it listens on 0.0.0.0. Everyone who can reach it can log in as anyone"),
        "{hints}"
    );
    for arguments in [&[][..], &["--listen", "127.0.0.2"]] {
        let (_, hints) = warning(arguments);
        assert!(hints.contains("Only this machine can reach it.") && !hints.contains("WARNING"), "{hints}");
    }
    let (line, _) = warning(&["--public-url", "https://clever.test"]);
    assert_eq!(line, "https://clever.test");
}

#[test]
fn an_invalid_address_or_public_url_is_reported_with_exit_code_2() {
    for arguments in
        [&["--listen", "clever"][..], &["--public-url", "clever"], &["--public-url", "http://clever/x"]]
    {
        let (code, stdout, stderr) = ended(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
    }
}
