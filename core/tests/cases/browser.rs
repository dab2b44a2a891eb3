//! A browser that makes one request and reads the redirect.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::face::Fields;

/// Only a server that hangs takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Browser;

impl Browser {
    /// Opens `url` without following redirects. Returns `ok` for a redirect to the application, `page STATUS` for a page.
    pub(crate) fn go(url: &str) -> (String, Fields) {
        let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap();
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        match (status, location) {
            ("302", Some(callback)) => ("ok".to_owned(), arrival(callback)),
            _ => (format!("page {status}"), Fields::new()),
        }
    }
}

fn arrival(callback: &str) -> Fields {
    let (_, parameters) = callback.split_once(['?', '#']).unwrap();
    let mut fields: Fields = parameters
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    fields.insert("callback".to_owned(), callback.to_owned());
    fields
}
