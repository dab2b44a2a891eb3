//! The first steps to a host, one by one, for a report: its addresses, and a connection without data.

use std::io;
use std::net::SocketAddr;

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
#[expect(clippy::disallowed_methods, reason = "a connection that ends at once")]
pub(crate) async fn connect(address: SocketAddr, deadline: Instant) -> io::Result<()> {
    let connected = timeout_at(deadline, TcpStream::connect(address)).await;
    connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map(drop)
}
