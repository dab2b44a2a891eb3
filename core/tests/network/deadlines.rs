//! One deadline for a whole call. The clock stands still, and advances when the server continues.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use clever_sso::{Client, Error, LoginOptions};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, advance};

use crate::clever::{CERTS, DISCOVERY, TOKENS, ask, callback, config, made, made_async, tokens, word};
use crate::server::{Answer, Request, Server};
use crate::stopped_clock::{HANGS, run};

const DEADLINE: Duration = Duration::from_secs(10);

fn hurried(server: &Server) -> Client {
    made_async(config(&server.base()).timeout(DEADLINE))
}

/// Makes a call that must end at the deadline, neither before nor after, while `passing` advances the clock to it.
async fn ends_at_the_deadline(
    call: impl Future<Output = Result<(), Error>>,
    passing: impl Future<Output = ()>,
) {
    let begun = Instant::now();
    let timed = async { (word(call.await), Instant::now() - begun) };
    assert_eq!(tokio::join!(timed, passing).0, ("network_timeout", DEADLINE));
}

/// Writes the start of a response, then one byte at a time when the test says so.
struct Dripping {
    go: Sender<()>,
    written: UnboundedReceiver<()>,
    server: Server,
}

impl Dripping {
    fn new(head: &'static str) -> Self {
        let ((go, told), (tell, written)) = (channel(), unbounded_channel());
        let told = Mutex::new(told);
        let server = Server::of_bytes(move |_, wire| {
            let told = told.lock().unwrap();
            wire.write_all(head.as_bytes())?;
            tell.send(()).map_err(|_| ErrorKind::ConnectionAborted)?;
            while told.recv_timeout(HANGS).is_ok() {
                wire.write_all(b" ")?;
                tell.send(()).map_err(|_| ErrorKind::ConnectionAborted)?;
            }
            Err(ErrorKind::ConnectionAborted.into())
        });
        Self { go, written, server }
    }

    /// Writes ten bytes, and advances the clock by a tenth of the deadline after each.
    async fn drip(&mut self) {
        for _ in 0..10 {
            self.written.recv().await.unwrap();
            self.go.send(()).unwrap();
            advance(DEADLINE / 10).await;
        }
    }
}

#[test]
fn slowly_sent_headers_or_a_slowly_sent_body_end_at_the_deadline() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Slow:",
    ] {
        run(async |_| {
            let mut slow = Dripping::new(head);
            let client = hurried(&slow.server);
            let call = async { client.check_token("access-token").await.map(drop) };
            ends_at_the_deadline(call, slow.drip()).await;
        });
    }
}

#[test]
fn a_code_exchange_ends_at_the_deadline() {
    run(async |_| {
        let mut slow = Dripping::new("HTTP/1.1 200 OK\r\n\r\n");
        let client = hurried(&slow.server);
        let call = async { client.exchange_code("code", None).await.map(drop) };
        ends_at_the_deadline(call, slow.drip()).await;
    });
}

#[test]
fn one_deadline_covers_all_requests_of_a_login() {
    run(async |_| {
        let ((go, told), (tell, mut asked)) = (channel::<()>(), unbounded_channel());
        let told = Mutex::new(told);
        let server = Server::of_answers(move |request| {
            if [DISCOVERY, CERTS].contains(&request.path.as_str()) {
                return Answer::status(404);
            }
            tell.send(()).unwrap();
            told.lock().unwrap().recv_timeout(HANGS).unwrap();
            if request.path == TOKENS { tokens() } else { record(request) }
        });
        let client = hurried(&server);
        let login = client.begin_login(&LoginOptions::default()).unwrap();
        let returned = callback(&login);
        let call =
            async { client.finish_login_with_pending(&returned, Some(&login.pending)).await.map(drop) };
        // Each of the two requests alone is in time.
        let passing = async {
            for fifths in [3, 2] {
                asked.recv().await.unwrap();
                advance(DEADLINE * fifths / 5).await;
                go.send(()).unwrap();
            }
        };
        ends_at_the_deadline(Box::pin(call), passing).await;
        assert_eq!(server.count(TOKENS) + server.count("/v3.0/me"), 2);
    });
}

fn record(request: &Request) -> Answer {
    let id = "58da8c63d7dc0ca068003d3b";
    match request.path.as_str() {
        "/v3.0/me" => Answer::json(&json!({ "type": "user", "data": { "id": id, "type": "user" } })),
        _ => Answer::json(&json!({ "data": { "id": id } })),
    }
}

#[test]
fn a_call_to_a_server_that_never_accepts_ends_at_the_deadline() {
    run(async |_| {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", silent.local_addr().unwrap());
        let client = made_async(config(&base).timeout(DEADLINE));
        let call = async { client.check_token("access-token").await.map(drop) };
        ends_at_the_deadline(call, advance(DEADLINE)).await;
    });
}

#[test]
fn a_blocking_call_has_a_deadline_too() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", silent.local_addr().unwrap());
    // A blocking call has its own runtime with a real clock. The test does not check how long it takes.
    assert_eq!(word(ask(&made(config(&base).timeout(Duration::from_millis(50))))), "network_timeout");
}
