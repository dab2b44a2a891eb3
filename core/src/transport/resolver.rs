//! Resolves host names: on a short-lived thread if one can be started, otherwise on the caller's.
//!
//! The system's resolver blocks, sometimes beyond a deadline, so it runs on a separate thread that ends with its result. If a
//! process may not start threads (a pids limit, seccomp), the caller's thread waits for the name: then the deadline applies only
//! after the name is resolved.
//!
//! When the deadline of a call has passed, its thread continues until the resolver gives up. At most [`MOST`] of these threads
//! run at once, so that a silent name server cannot fill a process with them: one more lookup is refused.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _, UdpSocket};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

use crate::process::{self, Lookup, Permit, Permits};

/// More than any number of simultaneous calls needs when names are resolved quickly.
const MOST: u64 = 256;
/// The permits of this process, for all of its clients.
static PERMITS: Permits = Permits::new(MOST);

/// The resolver of every HTTP client of this crate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver {
    look_up: fn(&str) -> io::Result<Vec<SocketAddr>>,
    permits: &'static Permits,
}

impl Default for Resolver {
    fn default() -> Self {
        Self { look_up, permits: &PERMITS }
    }
}

/// The error when the maximum number of lookups is already running.
#[derive(Debug)]
pub(super) struct TooMany {
    most: u64,
}

impl fmt::Display for TooMany {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} lookups of host names are already waiting: is a name server not responding?",
            self.most
        )
    }
}

impl std::error::Error for TooMany {}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (host, look_up) = (name.as_str().to_owned(), self.look_up);
        let Some(permit) = self.permits.take() else {
            let refused: Failure = Box::new(TooMany { most: self.permits.most() });
            return Box::pin(async move { Err(refused) });
        };
        match in_a_thread(host.clone(), look_up, permit) {
            Ok(coming) => Box::pin(async move {
                let found = coming.await.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()));
                addresses(found)
            }),
            Err(_) => Box::pin(async move { addresses(look_up(&host)) }),
        }
    }
}

impl Resolver {
    /// The addresses of `host`, without a port, or why it has none.
    pub(super) async fn addresses(self, host: &str) -> Result<Vec<SocketAddr>, String> {
        let name = host.parse().map_err(|_| "it is not a host name".to_owned())?;
        self.resolve(name).await.map(Iterator::collect).map_err(|error| error.to_string())
    }
}

/// The future result, if a thread can be started. The permit stays taken until the lookup ends, even if no call waits for it
/// anymore.
fn in_a_thread(
    host: String,
    look_up: fn(&str) -> io::Result<Vec<SocketAddr>>,
    permit: Permit,
) -> io::Result<oneshot::Receiver<io::Result<Vec<SocketAddr>>>> {
    let (answer, coming) = oneshot::channel();
    process::spawn("clever-sso-name", move || {
        let found = look_up(&host);
        drop(permit);
        // No call waits anymore if the deadline has passed.
        let _ = answer.send(found);
    })?;
    Ok(coming)
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn addresses(found: io::Result<Vec<SocketAddr>>) -> Result<Addrs, Failure> {
    Ok(Box::new(found?.into_iter()))
}

#[expect(clippy::disallowed_methods, reason = "the one place that resolves names")]
fn look_up(host: &str) -> io::Result<Vec<SocketAddr>> {
    let _lookup = Lookup::begin();
    // The port of the URL is filled in later.
    (host, 0).to_socket_addrs().map(Iterator::collect).map_err(|error| limit().unwrap_or(error))
}

/// The limit that stops this process from asking a name server, if there is one: the system's resolver reports such a limit as if
/// the server did not respond.
#[expect(clippy::disallowed_methods, reason = "this sends nothing")]
fn limit() -> Option<io::Error> {
    UdpSocket::bind("127.0.0.1:0").err().filter(process::is_limit)
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Condvar, Mutex};

    use super::*;

    impl Resolver {
        /// A resolver whose permits are all taken.
        pub(in super::super) fn without_a_permit() -> Self {
            static NONE: Permits = Permits::new(0);
            Self { look_up, permits: &NONE }
        }
    }

    /// True while this test's name server is silent.
    static SILENT: (Mutex<bool>, Condvar) = (Mutex::new(true), Condvar::new());

    #[expect(clippy::unnecessary_wraps, reason = "it replaces the system's resolver")]
    fn silent(_: &str) -> io::Result<Vec<SocketAddr>> {
        let (is_silent, changed) = &SILENT;
        drop(changed.wait_while(is_silent.lock().unwrap(), |silent| *silent).unwrap());
        Ok(vec![([127, 0, 0, 1], 0).into()])
    }

    #[tokio::test]
    async fn abandoned_lookups_are_counted_until_they_end() {
        static PERMITS: Permits = Permits::new(2);
        let resolver = Resolver { look_up: silent, permits: &PERMITS };
        let ask = || resolver.resolve("clever.example".parse().unwrap());
        // The deadlines of these calls have passed.
        drop(ask());
        let waiting = ask();
        for _ in 0..3 {
            let refused = ask().await.map(drop).unwrap_err();
            assert!(refused.downcast_ref::<TooMany>().is_some_and(|refused| refused.most == 2));
        }
        *SILENT.0.lock().unwrap() = false;
        SILENT.1.notify_all();
        assert_eq!(waiting.await.unwrap().count(), 1);
        assert_eq!(
            ask().await.map(Iterator::count).map_err(drop),
            Ok(1),
            "the permit of a finished lookup must be free"
        );
    }
}
