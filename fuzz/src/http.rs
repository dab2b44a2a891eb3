//! The emulator: for any bytes on a connection, every response is complete, none is an internal error, and none sends a browser
//! or a secret to the wrong place.

use std::sync::{LazyLock, Mutex, PoisonError};

use clever_emulator::{App, InMemory, Options};

const SECRET: &str = "hunter2-hunter2-hunter2";
const CALLBACK: &str = "http://127.0.0.1:5000/callback";

static EMULATOR: LazyLock<Mutex<InMemory>> = LazyLock::new(|| {
    let app = App::new("my-client-id", SECRET, CALLBACK).with_oidc();
    let options = Options::new().app(app).seed(7).stopped_clock();
    Mutex::new(InMemory::new(options).expect("the settings are valid"))
});

/// Sends the bytes over a connection.
pub fn check(data: &[u8]) {
    let emulator = EMULATOR.lock().unwrap_or_else(PoisonError::into_inner);
    emulator.reset();
    let answers = emulator.answer(data);
    let mut rest = answers.as_slice();
    while !rest.is_empty() {
        rest = one(rest, data);
    }
    for entry in emulator.journal() {
        let said = format!("{} {} {}", entry.method, entry.path, entry.explanation);
        assert!(!said.contains(SECRET) && !said.chars().any(char::is_control), "{said:?}");
    }
}

/// Reads one response and returns the bytes after it.
fn one<'a>(bytes: &'a [u8], sent: &[u8]) -> &'a [u8] {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut answer = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(head)) = answer.parse(bytes) else {
        panic!("no response: {}", bytes.escape_ascii());
    };
    let status = answer.code.unwrap_or(0);
    // Some scenarios respond with an error 500.
    let may_fail = sent.windows(3).any(|part| part == b"/s/");
    assert!((200..600).contains(&status) && (status != 500 || may_fail), "{}", bytes.escape_ascii());
    let value = |name: &str| {
        let mut found = answer.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        let first = found.next().map(|header| String::from_utf8_lossy(header.value).into_owned());
        assert!(found.next().is_none() || name == "set-cookie", "{name} twice");
        first
    };
    if let Some(location) = value("location") {
        let is_ours =
            location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\");
        let is_known = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
            .iter()
            .any(|start| location.starts_with(start));
        let is_sent = sent.windows(location.len().min(12)).any(|part| location.as_bytes().starts_with(part));
        assert!(is_ours || is_known || is_sent, "{location}");
        assert!(is_ours || is_known || status != 302 && status != 303, "an open redirect to {location}");
    }
    let body = &bytes[head..];
    let length = value("content-length").and_then(|length| length.parse::<usize>().ok());
    // A scenario may cut a response off. A response to HEAD has no body.
    body.get(length.unwrap_or(body.len())..).filter(|_| !sent.starts_with(b"HEAD")).unwrap_or_default()
}
