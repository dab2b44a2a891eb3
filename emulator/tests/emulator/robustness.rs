//! Requests that no well-behaved client sends.

use crate::http;
use crate::support::{FORM, automatic, get, post, with_pages};

#[test]
fn an_unknown_path_gets_the_404_page_of_clevers_server() {
    let emulator = with_pages();
    let answer = get(&emulator, "/v3.0/resources?x=1");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.body.contains("<pre>Cannot GET /v3.0/resources</pre>"));
    for (path, what) in
        [("/oauth/authorize", "Cannot POST /oauth/authorize"), ("/nothing", "Cannot POST /nothing")]
    {
        let answer = post(&emulator, path, &[FORM], "");
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains(what));
    }
}

#[test]
fn the_path_on_that_page_is_escaped() {
    let answer = get(&with_pages(), "/<script>alert(1)</script>&amp;\"");
    assert!(!answer.body.contains("<script"), "{}", answer.body);
    assert!([400, 404].contains(&answer.status));
    let answer = get(&with_pages(), "/%3Cscript%3E/&x");
    assert!(answer.body.contains("Cannot GET /%3Cscript%3E/&amp;x"));
}

#[test]
fn a_large_body_is_refused() {
    let emulator = with_pages();
    let body = "a".repeat(64 * 1024 + 1);
    for path in ["/login", "/oauth/tokens", "/logout", "/userinfo", "/nothing"] {
        let answer = post(&emulator, path, &[FORM], &body);
        assert_eq!((answer.status, &answer.json()["error"]), (413, &"invalid_request".into()), "{path}");
        assert!(answer.json()["message"].as_str().unwrap().contains("64 KiB"), "{path}");
    }
    assert_eq!(post(&emulator, "/login", &[FORM], &"a".repeat(64 * 1024)).status, 401);
}

#[test]
fn no_post_gets_a_redirect_that_keeps_the_method() {
    let emulator = automatic("ada");
    for path in
        ["/", "/login", "/login/", "/logout", "/oauth/tokens", "/oauth/tokens/", "/userinfo", "//x", "/x/"]
    {
        let status = post(&emulator, path, &[FORM], "username=510001&password=510001").status;
        assert!(![307, 308].contains(&status), "{path}");
    }
}

#[test]
fn strange_bytes_do_no_harm() {
    let emulator = with_pages();
    for bytes in [
        &b"\x00\xff\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /oauth/authorize?client_id=%ff%00&state=%E0%80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /v3.0/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\r\nConnection: close\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: localhost\r\nCookie: \xff=\xff; =;;\r\nConnection: close\r\n\r\n",
        b"POST /oauth/tokens HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: \xff\r\nContent-Length: 1\r\n\r\n\xff",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\n%\xff\x00=",
    ] {
        http::raw(emulator.base_url(), bytes);
        assert_eq!(get(&emulator, "/login").status, 200, "{}", bytes.escape_ascii());
    }
}

#[test]
fn an_unfinished_request_delays_no_other_request() {
    let emulator = with_pages();
    let address = emulator.base_url().strip_prefix("http://").unwrap();
    let mut idle = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut idle, b"GET /login HTT").unwrap();
    assert_eq!(get(&emulator, "/login").status, 200);
}
