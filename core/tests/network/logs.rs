//! The log: quiet on success, clear about problems, and never with a secret in it.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use clever_sso::{Config, LoginOptions};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::clever::{
    CERTS, DISCOVERY, SECRET, TOKENS, callback, client, closed_port, config, discovery, key_set, made, ours,
    publishing,
};
use crate::own_process::run;
use crate::server::{Answer, Request, Server};
use crate::signer::Signer;

/// Keeps all lines of all libraries, at every level.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<String>>>);

impl Captured {
    fn during(call: impl FnOnce()) -> Vec<String> {
        let captured = Self::default();
        tracing::subscriber::with_default(captured.clone(), call);
        captured.0.lock().unwrap().clone()
    }
}

impl Subscriber for Captured {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(format!("span {}", span.metadata().name()));
        span.record(&mut line);
        self.0.lock().unwrap().push(line.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{} {}", event.metadata().level(), event.metadata().target()));
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

/// The lines of this library.
fn ours_of(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|line| line.contains(" clever_sso::")).collect()
}

#[test]
fn no_log_line_of_a_login_at_a_misbehaving_server_contains_a_secret() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let server = Server::of_answers(move |request| {
        let mut noted = noted.lock().unwrap();
        let first = !noted.iter().any(|before: &Request| before.path == request.path);
        noted.push(request.clone());
        // Everything except the code exchange fails at first.
        if first && request.path != TOKENS {
            Answer::status(503).body("b0dy-with-a-secret")
        } else {
            login(request)
        }
    });
    let client = client(&server.base());
    let begun = client.begin_login(&LoginOptions::default()).unwrap();
    let state = begun.url.split(['?', '&']).find_map(|pair| pair.strip_prefix("state=")).unwrap();
    let callback = format!("http://127.0.0.1:9/callback?code=c0de-c0de&state={state}");
    // The short pauses between attempts really pass: this test is only about the log lines.
    let lines = Captured::during(|| {
        drop(client.finish_login_with_pending(&callback, Some(&begun.pending)).unwrap());
        let _ = client.district("t0ken-t0ken", "58da8c63d7dc0ca068003d3c");
    });
    assert!(ours_of(&lines).iter().any(|line| line.contains("sending again") && line.contains("/v3.0/me")));
    assert!(lines.len() > 5, "{lines:?}");
    let credentials = seen
        .lock()
        .unwrap()
        .iter()
        .find_map(|request| Some(request.header("authorization")?.strip_prefix("Basic ")?.to_owned()));
    let mut secrets = vec![SECRET.to_owned(), credentials.unwrap(), state.to_owned(), begun.pending.clone()];
    secrets.extend(
        ["c0de-c0de", "t0ken-t0ken", "b0dy-with", "ada@", "?code=", "&code=", "state="].map(str::to_owned),
    );
    for line in &lines {
        assert!(!secrets.iter().any(|secret| line.contains(secret.as_str())), "{line}");
    }
}

fn login(request: &Request) -> Answer {
    let id = "58da8c63d7dc0ca068003d3b";
    match request.path.as_str() {
        TOKENS => Answer::json(&json!({ "access_token": "t0ken-t0ken", "token_type": "bearer" })),
        "/v3.0/me" => Answer::json(&json!({ "type": "user", "data": { "id": id, "type": "user" } })),
        _ => Answer::json(&json!({ "data": { "id": id, "email": "ada@school.example" } })),
    }
}

#[test]
fn a_successful_call_logs_nothing() {
    let server = Server::of_answers(|_| ours());
    let client = client(&server.base());
    let lines = Captured::during(|| drop(client.check_token("t0ken-t0ken").unwrap()));
    assert_eq!(ours_of(&lines), Vec::<&str>::new());
}

#[test]
fn a_call_is_a_span_and_a_restarted_login_logs_the_reason() {
    let server = Server::of_answers(|_| ours());
    let client = client(&server.base());
    let lines = Captured::during(|| drop(client.check_token("t0ken-t0ken").unwrap()));
    assert!(lines.iter().any(|line| line == "span clever_sso call=\"check_token\""), "{lines:?}");
    let lines = Captured::during(|| drop(client.finish_login("code=c0de-c0de", "").unwrap()));
    for part in [
        "span clever_sso call=\"finish_login\"",
        " clever_sso.outcome=\"restart\"",
        " clever_sso.code=\"state_missing\"",
    ] {
        assert!(lines.iter().any(|line| line == part), "{part}: {lines:?}");
    }
    assert!(!lines.iter().any(|line| line.contains("error.type")), "a restart is not a failure: {lines:?}");
    let restart = ours_of(&lines).into_iter().find(|line| line.contains("the login restarts")).unwrap();
    assert!(restart.starts_with("DEBUG") && restart.contains("reason=\"state_missing\""), "{restart}");
}

#[test]
fn a_retry_logs_the_request_and_the_reason() {
    let calls = AtomicUsize::new(0);
    let server = Server::of_answers(move |_| match calls.fetch_add(1, SeqCst) {
        0 => Answer::status(429),
        _ => ours(),
    });
    let client = client(&server.base());
    let lines = Captured::during(|| drop(client.check_token("t0ken-t0ken").unwrap()));
    let lines = ours_of(&lines);
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in ["DEBUG", "method=GET", "127.0.0.1", "/oauth/tokeninfo", "attempt=2", "rate_limited"] {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
}

#[test]
fn new_keys_and_the_use_of_old_keys_are_logged() {
    let fetches = AtomicUsize::new(0);
    let server = Server::of_answers(move |request| match request.path.as_str() {
        DISCOVERY => discovery(request),
        CERTS if fetches.fetch_add(1, SeqCst) == 0 => publishing(request, Signer::first()),
        _ => key_set(&[]),
    });
    let client = made(config(&server.base()));
    let lines = Captured::during(|| client.warm_up().unwrap());
    assert!(ours_of(&lines).iter().any(|line| line.starts_with("DEBUG") && line.contains("count=1")));
    let unknown = Signer::second().token(&server.base());
    let lines = Captured::during(|| drop(client.verify_id_token(&unknown, None, None).unwrap_err()));
    let warning = ours_of(&lines).into_iter().find(|line| line.starts_with("WARN")).unwrap();
    assert!(warning.contains("keys_unusable") && warning.contains("the last ones stay in use"), "{warning}");
}

#[test]
fn an_attempt_is_an_opentelemetry_span_without_a_persons_id() {
    let calls = AtomicUsize::new(0);
    let server = Server::of_answers(move |_| match calls.fetch_add(1, SeqCst) {
        0 => Answer::status(503),
        _ => Answer::status(404),
    });
    let (client, person) = (client(&server.base()), "58da8c63d7dc0ca068003d3b");
    let lines = Captured::during(|| drop(client.user("t0ken-t0ken", person).unwrap_err()));
    let port = server.base().rsplit_once(':').unwrap().1.to_owned();
    let spans: Vec<_> = lines.iter().filter(|line| line.starts_with("span http_request")).collect();
    assert_eq!(spans.len(), 2, "{lines:?}");
    for span in &spans {
        for part in [
            "otel.name=\"GET\"",
            "otel.kind=\"client\"",
            "http.request.method=\"GET\"",
            "server.address=\"127.0.0.1\"",
            &format!("server.port={port}"),
            &format!("url.full=\"http://127.0.0.1:{port}/v3.0/users/{{id}}\""),
        ] {
            assert!(span.contains(part), "{part}: {span}");
        }
        assert!(!span.contains(person), "{span}");
    }
    assert!(
        !spans[0].contains("resend_count") && spans[1].contains("http.request.resend_count=1"),
        "{spans:?}"
    );
    for status in ["503", "404"] {
        assert!(lines.contains(&format!(" http.response.status_code={status}")), "{lines:?}");
        assert!(lines.contains(&format!(" error.type=\"{status}\"")), "{lines:?}");
    }
}

#[test]
fn failed_logins_and_requests_without_a_response_are_spans_with_an_error_code() {
    let (_socket, base) = closed_port();
    let client = made(config(&base));
    let begun = client.begin_login(&LoginOptions::default()).unwrap();
    let lines = Captured::during(|| {
        drop(client.finish_login_with_pending(&callback(&begun), Some(&begun.pending)).unwrap_err());
    });
    assert!(lines.iter().any(|line| line == " clever_sso.outcome=\"failed\""), "{lines:?}");
    assert!(lines.iter().any(|line| line == " clever_sso.code=\"network_connect\""), "{lines:?}");
    let errors = lines.iter().filter(|line| *line == " error.type=\"network_connect\"").count();
    assert!(errors > 1, "the login and each attempt: {lines:?}");
}

#[test]
fn a_misspelled_variable_is_logged() {
    let misspelled = [
        ("CLEVER_CLIENT_ID", "id"),
        ("CLEVER_REDIRECT_URL", "https://app.example/private"),
        ("CLEVER_HOUSE", "blue"),
    ];
    run("logs::in_a_misspelled_environment", &misspelled);
}

#[test]
#[ignore = "is run by another test, in a process of its own"]
fn in_a_misspelled_environment() {
    let lines = Captured::during(|| drop(Config::from_env().unwrap()));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("WARN"), "{lines:?}");
    assert!(
        lines[0].ends_with("nothing reads CLEVER_REDIRECT_URL: a similar setting is CLEVER_REDIRECT_URI"),
        "{lines:?}"
    );
}
