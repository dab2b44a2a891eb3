//! A code reaches Clever only once.

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::advance;

use crate::clever::{TOKENS, ask, client, closed_port, config, made_async, ours, tokens, word};
use crate::server::{Answer, Request, Server};
use crate::stopped_clock::run;

#[test]
fn a_sent_code_is_not_sent_again_after_any_response() {
    for status in [401, 408, 429, 500, 502, 503, 504] {
        let server = Server::of_answers(move |_| Answer::status(status).header("Retry-After", "0"));
        client(&server.base()).exchange_code("code", None).unwrap_err();
        assert_eq!(server.count(TOKENS), 1, "{status}");
    }
}

#[test]
fn a_sent_code_is_not_sent_again_when_the_connection_breaks() {
    for bytes in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"acc"] {
        let server = Server::of_bytes(move |_, wire| {
            wire.write_all(bytes.as_bytes())?;
            Err(ErrorKind::ConnectionAborted.into())
        });
        let result = client(&server.base()).exchange_code("code", None).map(drop);
        assert_eq!(word(result), "network_interrupted");
        assert_eq!((server.count(TOKENS), server.connections()), (1, 1));
    }
}

#[test]
fn a_code_is_not_sent_again_when_the_connection_is_reset_before_it_was_read() {
    let server = Server::of_connections(|stream| {
        let _ = stream.peek(&mut [0]);
    });
    let result = client(&server.base()).exchange_code("code", None).map(drop);
    assert_eq!(word(result), "network_interrupted");
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_code_is_not_sent_again_on_a_kept_connection_that_breaks() {
    let server = Server::of_bytes(|request, wire| match request.path.as_str() {
        TOKENS => Err(ErrorKind::ConnectionAborted.into()),
        _ => wire.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Length: 34\r\n\r\n{\"client_id\":\"client\",\"scopes\":[]}",
        ),
    });
    let client = client(&server.base());
    ask(&client).unwrap();
    assert_eq!(word(client.exchange_code("code", None).map(drop)), "network_interrupted");
    assert_eq!((server.count(TOKENS), server.connections()), (1, 1));
}

#[test]
fn an_unsent_code_is_sent_when_the_port_opens() {
    run(async |pauses| {
        let (socket, base) = closed_port();
        let client = made_async(config(&base));
        let opening = async {
            // The first attempt was refused.
            pauses.next().await;
            let listener = socket.listen(1).unwrap();
            advance(Duration::from_secs(1)).await;
            let stream = listener.accept().await.unwrap().0.into_std().unwrap();
            spawn_blocking(move || answer_with_tokens(stream)).await.unwrap();
        };
        let (tokens, ()) = tokio::join!(client.exchange_code("code", None), opening);
        assert!(tokens.unwrap().access_token.matches("access-token"));
    });
}

fn answer_with_tokens(mut stream: TcpStream) {
    stream.set_nonblocking(false).unwrap();
    assert_eq!(Request::read(&mut stream).unwrap().path, TOKENS);
    stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"access-token\"}").unwrap();
}

#[test]
fn an_exchange_after_an_idle_time_uses_no_closed_connection() {
    let server = Server::of_answers(|request| if request.path == TOKENS { tokens() } else { ours() });
    let client = client(&server.base());
    for _ in 0..30 {
        ask(&client).unwrap();
        server.hang_up();
        client.exchange_code("code", None).unwrap();
        server.hang_up();
    }
    assert_eq!((server.count(TOKENS), server.connections()), (30, 60));
}
