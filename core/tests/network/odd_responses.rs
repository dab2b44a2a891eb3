//! Invalid responses, and responses in unusual forms.

use std::io::{ErrorKind, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use crate::clever::{ask, ask_patiently, client, closed_port, config, ours, word};
use crate::server::{Answer, Request, Server};

const BODY: &str = r#"{"client_id":"client","scopes":[]}"#;
const MEBIBYTE: usize = 1024 * 1024;

/// A server that writes these bytes after each request, and closes the connection.
fn writing(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::of_bytes(move |_, wire| {
        wire.write_all(&bytes)?;
        Err(ErrorKind::ConnectionAborted.into())
    })
}

#[test]
fn a_closed_port_is_network_connect() {
    let (_socket, base) = closed_port();
    let error = ask_patiently(config(&base)).unwrap_err();
    assert_eq!(error.code().as_str(), "network_connect");
    let said = format!("GET {base}/oauth/tokeninfo: Connection refused (os error ");
    assert!(error.to_string().contains(&said), "{error}");
}

#[test]
fn a_reset_in_mid_body_is_network_interrupted() {
    // Closing a socket with unread data resets the connection.
    let server = Server::of_connections(|stream| {
        if stream.peek(&mut [0]).is_ok_and(|bytes| bytes > 0) {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 34\r\n\r\n{\"client_id\"");
        }
    });
    assert_eq!(word(ask_patiently(config(&server.base()))), "network_interrupted");
    assert_eq!(server.connections(), 5, "a GET must be retried");
}

#[test]
fn a_declared_gibibyte_is_refused_without_reading_it() {
    let server = Server::of_bytes(|_, wire| {
        wire.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")?;
        wire.read(&mut [0]).map(drop)
    });
    assert_eq!(word(ask(&client(&server.base()))), "response_too_large");
}

#[test]
fn an_undeclared_gibibyte_is_refused_after_a_mebibyte() {
    for header in ["", "Content-Length: 1\r\nConnection: close\r\n"] {
        let written = Arc::new(AtomicUsize::new(0));
        let server = pouring(header, &written);
        let expected = if header.is_empty() { "response_too_large" } else { "response_malformed" };
        assert_eq!(word(ask(&client(&server.base()))), expected);
        drop(server);
        assert!(written.load(SeqCst) < 16 * MEBIBYTE, "{written:?}");
    }
}

/// Sends a gibibyte of spaces.
fn pouring(header: &'static str, written: &Arc<AtomicUsize>) -> Server {
    let written = Arc::clone(written);
    Server::of_bytes(move |_, wire| {
        wire.write_all(format!("HTTP/1.1 200 OK\r\n{header}\r\n").as_bytes())?;
        let chunk = vec![b' '; 64 * 1024];
        for _ in 0..16 * 1024 {
            wire.write_all(&chunk)?;
            written.fetch_add(chunk.len(), SeqCst);
        }
        Err(ErrorKind::ConnectionAborted.into())
    })
}

#[test]
fn a_body_of_exactly_a_mebibyte_is_read() {
    let body = format!("{BODY}{}", " ".repeat(MEBIBYTE - BODY.len()));
    let larger = format!("{body} ");
    let server = Server::of_answers(move |request| match request.bearer() {
        Some("larger") => Answer::json(&larger),
        _ => Answer::json(&body),
    });
    let client = client(&server.base());
    ask(&client).unwrap();
    assert_eq!(word(client.check_token("larger").map(drop)), "response_too_large");
}

#[test]
fn compression_is_neither_requested_nor_decoded() {
    let mut stored = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    stored.extend_from_slice(b"\x01\x22\x00\xdd\xff");
    stored.extend_from_slice(BODY.as_bytes());
    stored.extend_from_slice(b"\x3f\xbc\x2b\xb9\x22\x00\x00\x00");
    let server = Server::of_answers(move |_| {
        Answer::status(200).header("Content-Encoding", "gzip").body(stored.clone())
    });
    assert_eq!(word(ask(&client(&server.base()))), "response_malformed");
    assert_eq!(server.seen()[0].header("accept-encoding"), None);
}

#[test]
fn a_user_agent_is_always_sent() {
    let server = Server::of_answers(|_| ours());
    let client = client(&server.base());
    ask(&client).unwrap();
    let _ = client.exchange_code("code", None);
    for request in server.seen() {
        assert!(request.header("user-agent").unwrap().starts_with("clever-sso/"), "{}", request.method);
    }
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn html_with_status_200_is_response_html() {
    let server = Server::of_answers(|_| Answer::json("<!DOCTYPE html><title>Welcome</title>"));
    assert_eq!(word(ask(&client(&server.base()))), "response_html");
}

#[test]
fn responses_in_http_1_0_in_chunks_or_without_a_length_are_read() {
    let chunked = format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
    for answer in [
        format!("HTTP/1.0 200 OK\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}"),
        format!(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{BODY}",
            BODY.len()
        ),
    ] {
        let server = writing(answer.clone());
        assert!(ask(&client(&server.base())).is_ok(), "{answer}");
    }
}

#[test]
fn responses_changed_by_proxies_are_accepted() {
    let many = "X-Trace: 1\r\n".repeat(200);
    for (status, header) in [
        ("203 Non-Authoritative Information", "Via: 1.1 proxy\r\n"),
        ("201 Created", ""),
        ("200 OK", "Content-Type: application/json\r\nContent-Type: text/html\r\n"),
        ("200 OK", "X-Name(odd): 1\r\n"),
        ("200 OK", "no header at all\r\n"),
        ("200 OK", "X-Folded: a\r\n b\r\n"),
        ("200 OK", "X-Space : a\r\n"),
        ("200 OK", many.as_str()),
    ] {
        let length = BODY.len();
        let server = writing(format!("HTTP/1.1 {status}\r\n{header}Content-Length: {length}\r\n\r\n{BODY}"));
        ask(&client(&server.base())).unwrap_or_else(|error| panic!("{status} {header}: {error}"));
    }
}

#[test]
fn odd_headers_do_not_change_where_a_response_ends() {
    // Either the length of BODY is used, or the response is refused: reading never continues into the next bytes.
    for header in ["Content-Length : 34\r\n", "Content-Length:\r\n 34\r\n"] {
        let server = writing(format!("HTTP/1.1 200 OK\r\n{header}\r\n{BODY}{BODY}"));
        ask(&client(&server.base())).unwrap_or_else(|error| panic!("{header}: {error}"));
    }
    for header in ["Content-Length: 34, 35\r\n", "Content-Length: 3\0\r\n", "Content-Length: -1\r\n"] {
        let server = writing(format!("HTTP/1.1 200 OK\r\n{header}\r\n{BODY}{BODY}"));
        assert_eq!(word(ask(&client(&server.base()))), "response_malformed", "{header}");
    }
}

#[test]
fn a_response_with_a_wrong_content_length_is_refused() {
    for (length, expected) in [("10", "response_malformed"), ("35", "network_interrupted")] {
        let server = writing(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{BODY}"));
        assert_eq!(word(ask_patiently(config(&server.base()))), expected, "{length}");
    }
}

#[test]
fn invalid_http_and_a_mebibyte_of_headers_are_malformed_and_not_retried() {
    let headers = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n{BODY}", "x".repeat(MEBIBYTE));
    for answer in [headers, "SSH-2.0-OpenSSH_9.9\r\n\r\n".to_owned(), "HTTP/1.1 abc OK\r\n\r\n".to_owned()] {
        let server = writing(answer);
        assert_eq!(word(ask(&client(&server.base()))), "response_malformed");
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn a_get_is_retried_when_the_connection_ends_before_the_response() {
    let calls = AtomicUsize::new(0);
    let server = Server::of_bytes(move |_, wire| match calls.fetch_add(1, SeqCst) {
        0..2 => Err(ErrorKind::ConnectionAborted.into()),
        _ => wire
            .write_all(format!("HTTP/1.0 200 OK\r\n\r\n{BODY}").as_bytes())
            .and(Err(ErrorKind::ConnectionAborted.into())),
    });
    ask_patiently(config(&server.base())).unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn an_unread_response_does_not_become_the_next_one() {
    // The rest of a response that was too large, or longer than declared, stays on a connection that is closed.
    let server = Server::of_bytes(|request: &Request, wire| {
        let token = request.bearer().unwrap();
        let body = format!(r#"{{"client_id":"{token}","scopes":[]}}"#);
        let extra = "HTTP/1.1 200 OK\r\nContent-Length: 34\r\n\r\n";
        wire.write_all(
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}{extra}{BODY}", body.len())
                .as_bytes(),
        )
    });
    let client = client(&server.base());
    for _ in 0..10 {
        assert_eq!(word(client.check_token("foreign").map(drop)), "token_foreign");
    }
}
