//! Resolves host names, on a short-lived thread when one can be started, else on the caller's.
//!
//! The system's resolver blocks, for longer than a deadline at times, so it gets a thread of its own that ends with its
//! answer. Where a process may start no thread (a pids limit, seccomp) the caller's thread waits for the name: then the
//! deadline holds only once the name is known.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _, UdpSocket};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

use crate::process::{self, Lookup};

/// The resolver of every HTTP client of this crate.
#[derive(Debug)]
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let (answer, coming) = oneshot::channel();
        let thread = process::spawn("clever-sso-name", {
            let host = host.clone();
            move || {
                // Nobody waits any more when the deadline has passed.
                let _ = answer.send(look_up(&host));
            }
        });
        match thread {
            Ok(()) => Box::pin(async move {
                let found = coming.await.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()));
                addresses(found)
            }),
            Err(_) => Box::pin(async move { addresses(look_up(&host)) }),
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn addresses(found: io::Result<Vec<SocketAddr>>) -> Result<Addrs, Failure> {
    Ok(Box::new(found?.into_iter()))
}

#[expect(clippy::disallowed_methods, reason = "the one place that resolves names")]
fn look_up(host: &str) -> io::Result<Vec<SocketAddr>> {
    let _lookup = Lookup::begin();
    // The port is the URL's, and is filled in later.
    (host, 0).to_socket_addrs().map(Iterator::collect).map_err(|error| limit().unwrap_or(error))
}

/// The limit that keeps this process from asking a name server, if there is one: the system's resolver does not tell it
/// from a server that is silent.
#[expect(clippy::disallowed_methods, reason = "it sends nothing")]
fn limit() -> Option<io::Error> {
    UdpSocket::bind("127.0.0.1:0").err().filter(process::is_limit)
}
