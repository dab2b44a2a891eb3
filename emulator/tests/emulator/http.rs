//! A minimal HTTP/1.1 client for these tests: one request per connection, and the response is read to its end.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::patience::PATIENCE;

pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location").unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"), "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    /// The page, after a check that it is one of the emulator's.
    pub(crate) fn page(&self) -> &str {
        assert_eq!(self.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(self.body.contains("emulator"), "{}", self.body);
        &self.body
    }
}

pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

/// Sends a request to `base_url`, with a body if there is one.
pub(crate) fn send(
    base_url: &str,
    method: &str,
    target: &str,
    headers: Headers<'_>,
    body: &[u8],
) -> Response {
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = if method == "POST" { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
    let host = base_url.strip_prefix("http://").unwrap();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{}{length}\r\n",
        headers.concat()
    );
    parse(&raw(base_url, &[head.as_bytes(), body].concat()))
}

/// Sends bytes, and returns all bytes that come back.
pub(crate) fn raw(base_url: &str, bytes: &[u8]) -> Vec<u8> {
    let mut connection = TcpStream::connect(base_url.strip_prefix("http://").unwrap()).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that has read enough may close the connection before the last byte is written.
    let _ = connection.write_all(bytes);
    let mut answer = Vec::new();
    // It may also reset the connection. But a timeout must not make half a response look complete.
    let ended = connection.read_to_end(&mut answer).map_err(|error| error.kind());
    assert!(!matches!(ended, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "the response never ended");
    answer
}

pub(crate) fn parse(answer: &[u8]) -> Response {
    let answer = std::str::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    Response { status, headers: lines.filter_map(pair).collect(), body: body.to_owned() }
}
