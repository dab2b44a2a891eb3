//! Connections: how many there may be, and how long a request may take to arrive and an answer to leave.
//!
//! Without limits, a client could keep its connection forever if it sends half a request, does not read its answer, or does not
//! use the connection.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::write_limit::WriteLimit;

/// The head of a request must arrive within this time after the connection was made or the last answer was sent, and its body
/// within the same time after that. An answer must be read within this time after the client's system accepts no more of it.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// A process often has a thousand descriptors. Clients that find all connections taken wait until one ends.
pub(crate) const MOST: usize = 512;

/// Answers all connections.
pub(crate) async fn serve(listener: TcpListener, routes: Router) {
    serve_at_most(MOST, listener, routes).await;
}

async fn serve_at_most(most: usize, mut listener: TcpListener, routes: Router) {
    let permits = Arc::new(Semaphore::new(most));
    // The semaphore is never closed.
    while let Ok(permit) = Arc::clone(&permits).acquire_owned().await {
        // `accept` tries again if the system refuses a connection, for example because too many files are open.
        let (stream, _) = Listener::accept(&mut listener).await;
        // Without this, a response may wait for the client's acknowledgement. If it fails, the connection is only slower.
        let _ = stream.set_nodelay(true);
        let connection = answer(stream, routes.clone());
        tokio::spawn(async move {
            connection.await;
            drop(permit);
        });
    }
}

/// Serves the requests of one connection.
pub(crate) async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, routes: Router) {
    let connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LIMIT)
        .serve_connection(TokioIo::new(WriteLimit::new(stream, LIMIT)), TowerToHyperService::new(routes));
    // Ignore the result: there is no caller to report it to.
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::net::SocketAddr;
    use std::sync::Mutex;

    use axum::http::Uri;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;
    use crate::http::request::Request;
    use crate::memory::locked;

    /// Serves these routes on a free port.
    async fn served(most: usize, routes: Router) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve_at_most(most, listener, routes));
        address
    }

    /// Reads everything that the server sends until it closes the connection. The clock advances only while all tasks wait.
    async fn answer(address: SocketAddr, sent: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_with_half_a_request_or_none_is_closed_after_a_minute() {
        let address = served(MOST, Router::new().fallback(async |_: Request| "whole")).await;
        for head in ["", "GET", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Half: "] {
            assert_eq!(answer(address, head).await, "");
        }
        for body in ["Content-Length: 5\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n5\r\nha"] {
            let answer = answer(address, &format!("POST / HTTP/1.1\r\nHost: localhost\r\n{body}")).await;
            assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("within 60 seconds"), "{answer}");
            assert!(answer.contains("connection: close\r\n"), "{answer}");
        }
        let kept = answer(address, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert!(kept.starts_with("HTTP/1.1 200 ") && kept.ends_with("whole"), "{kept}");
    }

    /// More than any system buffers for a client.
    const LARGE: usize = 64 * 1024 * 1024;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_its_response_is_disconnected_after_a_minute() {
        let address = served(1, Router::new().fallback(async || vec![b'x'; LARGE])).await;
        for pause in [LIMIT * 3, LIMIT / 3] {
            let mut slow = TcpStream::connect(address).await.unwrap();
            slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
            let (mut read, mut bytes) = (0, vec![0; 16 * 1024]);
            while let Ok(some @ 1..) = slow.read(&mut bytes).await {
                read += some;
                tokio::time::sleep(pause).await;
            }
            assert!((1..LARGE).contains(&read), "{read} bytes");
        }
        // The only permit is free again, and all of an answer reaches a client that reads. On a busy machine it may wait for the
        // network, and the clock of the test must not run ahead meanwhile.
        tokio::time::resume();
        let whole = answer(address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
        assert!(whole.len() > LARGE);
    }

    #[tokio::test]
    async fn a_client_beyond_the_connection_limit_is_served_when_a_connection_ends() {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let note = {
            let asked = Arc::clone(&asked);
            move |uri: Uri| {
                locked(&asked).push(uri.path().to_owned());
                ready("whole")
            }
        };
        let address = served(2, Router::new().fallback(note)).await;
        let ask = async |stream: &mut TcpStream, path: &str| {
            let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
        };
        let hear = async |stream: &mut TcpStream| {
            let mut heard = Vec::new();
            while !heard.ends_with(b"whole") {
                heard.push(stream.read_u8().await.unwrap());
            }
        };
        let mut streams = Vec::new();
        for path in ["/first", "/second"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            ask(&mut stream, path).await;
            hear(&mut stream).await;
            streams.push(stream);
        }
        let mut waiting = TcpStream::connect(address).await.unwrap();
        ask(&mut waiting, "/third").await;
        ask(&mut streams[0], "/again").await;
        hear(&mut streams[0]).await;
        drop(streams);
        hear(&mut waiting).await;
        assert_eq!(*locked(&asked), ["/first", "/second", "/again", "/third"]);
    }
}
