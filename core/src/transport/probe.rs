//! Single steps to a host, for a report: resolving its name, and connecting without sending data.

use std::io;
use std::net::SocketAddr;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use super::resolver::Resolver;
use crate::clock::Instant;

/// The addresses of `host`, or why there are none.
pub(crate) async fn addresses(host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, String> {
    let found = timeout_at(deadline, Resolver::default().addresses(host)).await;
    let mut found = found.unwrap_or_else(|_| Err("no name server answered in time".into()))?;
    for address in &mut found {
        address.set_port(port);
    }
    Ok(found)
}

/// Whether `address` accepts connections.
pub(crate) async fn connect(address: SocketAddr, deadline: Instant) -> io::Result<()> {
    opened(address, deadline).await.map(drop)
}

#[expect(clippy::disallowed_methods, reason = "a connection that ends at once")]
async fn opened(address: SocketAddr, deadline: Instant) -> io::Result<TcpStream> {
    let connected = timeout_at(deadline, TcpStream::connect(address)).await;
    connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// The response of the HTTP proxy at `address` to a request, without credentials, for a tunnel to `to`, a host and port (RFC 9110
/// 9.3.6): its status and headers. `None` if it sends something else, or not in time.
pub(crate) async fn tunnel(address: SocketAddr, to: &str, deadline: Instant) -> Option<(u16, HeaderMap)> {
    let stream = opened(address, deadline).await.ok()?;
    let request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n");
    timeout_at(deadline, exchanged(&stream, request.as_bytes()))
        .await
        .ok()?
        .ok()
        .and_then(|head| read_head(&head))
}

/// Sends a request. Returns the response up to the end of its headers.
async fn exchanged(stream: &TcpStream, request: &[u8]) -> io::Result<Vec<u8>> {
    const LONGEST: usize = 16 * 1024;
    let mut left = request;
    while !left.is_empty() {
        stream.writable().await?;
        match stream.try_write(left) {
            Ok(written) => left = &left[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    let (mut head, mut chunk) = (Vec::new(), [0; 1024]);
    while head.len() < LONGEST && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        stream.readable().await?;
        match stream.try_read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => head.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(head)
}

/// The status and headers of a response. Unreadable headers are left out.
fn read_head(head: &[u8]) -> Option<(u16, HeaderMap)> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines();
    let status = lines.next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name: HeaderName = name.trim().parse().ok()?;
        Some((name, HeaderValue::from_str(value.trim()).ok()?))
    });
    let mut known = HeaderMap::new();
    for (name, value) in headers {
        known.append(name, value);
    }
    Some((status, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_header_that_cannot_be_read_is_skipped() {
        let head = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nodd\r\n\
                     proxy-authenticate:  NTLM \r\n\xff: x\r\n\r\nProxy-Authenticate: Basic";
        let (status, headers) = read_head(head).unwrap();
        let values: Vec<_> =
            headers.get_all("proxy-authenticate").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!((status, values), (407, vec!["Negotiate", "NTLM"]));
        for odd in [&b""[..], b"HTTP/1.1", b"HTTP/1.1 x", b"SSH-2.0-OpenSSH", b"\x15\x03\x01\x00\x02"] {
            assert_eq!(read_head(odd), None);
        }
    }
}
