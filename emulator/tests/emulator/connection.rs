//! A connection that stays open, and the requests of a login on it, like a busy client.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// An app, with the values in its requests.
pub(crate) struct Requests {
    authorize: String,
    exchange: String,
    authorization: String,
}

impl Requests {
    /// The credentials of an app with this redirect URI, both encoded for a query. `authorization` is its HTTP Basic header.
    pub(crate) fn new(client_id: &str, authorization: &str, redirect_uri: &str) -> Self {
        Self {
            authorize: format!(
                "/oauth/authorize?response_type=code&client_id={client_id}&redirect_uri={redirect_uri}&state=a-state"
            ),
            exchange: format!("grant_type=authorization_code&redirect_uri={redirect_uri}&code="),
            authorization: authorization.to_owned(),
        }
    }
}

pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn to(base_url: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(base_url.strip_prefix("http://").unwrap_or(base_url))?;
        stream.set_nodelay(true)?;
        // A limit that only a hang reaches: many of these connections share few cores.
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Makes a whole login: the code, the tokens, `/me`. Returns the response of the token endpoint.
    pub(crate) fn login(&mut self, requests: &Requests) -> io::Result<String> {
        let head = format!("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", requests.authorize);
        let (location, _) = self.send(&head, "302")?;
        let code = between(&location, "code=", "&").ok_or_else(|| wrong(&location))?;
        let tokens = self.exchange(requests, code)?.ok_or_else(|| wrong("the code is refused"))?;
        let token = between(&tokens, r#""access_token":""#, "\"").ok_or_else(|| wrong("no access token"))?;
        self.send(
            &format!("GET /v3.0/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"),
            "200",
        )?;
        Ok(tokens)
    }

    /// Exchanges this code. Returns the response, or nothing if the code is refused.
    pub(crate) fn exchange(&mut self, requests: &Requests, code: &str) -> io::Result<Option<String>> {
        let Requests { authorization, exchange, .. } = requests;
        let length = exchange.len() + code.len();
        let request = format!(
            "POST /oauth/tokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{exchange}{code}"
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let (status, _, body) = self.receive()?;
        Ok((status == "200").then_some(body))
    }

    /// Sends a request without a body. Returns the target of the redirect, and the body.
    fn send(&mut self, request: &str, expected: &str) -> io::Result<(String, String)> {
        self.0.get_mut().write_all(request.as_bytes())?;
        let (status, location, body) = self.receive()?;
        if status == expected { Ok((location, body)) } else { Err(wrong(&format!("status {status}"))) }
    }

    /// Reads a response. Returns status, `Location` and body.
    fn receive(&mut self) -> io::Result<(String, String, String)> {
        let (mut status, mut location, mut length) = (String::new(), String::new(), 0);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match line.trim_end().split_once(": ") {
                None if line == "\r\n" => break,
                None => line.split(' ').nth(1).unwrap_or_default().clone_into(&mut status),
                Some((name, value)) if name.eq_ignore_ascii_case("location") => {
                    value.clone_into(&mut location);
                }
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().map_err(|_| wrong(value))?;
                }
                Some(_) => (),
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((status, location, String::from_utf8(body).map_err(|_| wrong("not UTF-8"))?))
    }
}

/// The text after `start`, up to `end` or the end.
pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end).map_or(rest, |(found, _)| found))
}

fn wrong(what: &str) -> io::Error {
    io::Error::other(what.to_owned())
}
