//! The HTTP client: one deadline for a whole call, a size limit for bodies, retries only where they are safe.
//!
//! Redirects are never followed, because they could send a secret elsewhere. Only https is used; plain http only to this machine
//! and in development. The configuration and the discovery document have already enforced this for all addresses here. The
//! environment was read when the configuration was built.
//!
//! - `connections`: the connections of each runtime;
//! - `retry`: whether and when a request is sent again;
//! - `server_time`: what a response says about time;
//! - `span`: the tracing span of an attempt;
//! - `failure`: turns what went wrong into an error of the catalogue;
//! - `resolver`: resolves host names;
//! - `tls`: which certificates are trusted, and `provider`: which cryptography is used;
//! - `probe` and `witness`: single steps to a host, and the certificates that it sends, for a report.

mod connections;
pub(crate) mod failure;
pub(crate) mod probe;
mod provider;
mod resolver;
mod retry;
pub(crate) mod server_time;
mod span;
mod tls;
mod witness;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use tokio::task::yield_now;
use tokio::time::timeout_at;

use crate::clock::{self, Instant};
use crate::config::Config;
use crate::config::proxies::Proxies;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::{Request, Response, ThroughProxy};
use crate::stats::{Recorder, RequestTo};
use connections::{Connections, Pool};
use resolver::Resolver;
pub(crate) use witness::{Shown, Witness};

/// Larger responses are refused.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// No response has had a `Date` yet.
const UNKNOWN: i64 = i64::MIN;

/// Sends requests on any runtime.
#[derive(Clone)]
pub(crate) struct Transport {
    connections: Arc<Connections>,
    proxies: Arc<Proxies>,
    skew: Arc<AtomicI64>,
    recorder: Recorder,
    most_attempts: u32,
}

impl Transport {
    pub(crate) fn new(config: &Config, recorder: &Recorder) -> Result<Self> {
        Self::with_resolver(config, recorder, Resolver::default())
    }

    fn with_resolver(config: &Config, recorder: &Recorder, resolver: Resolver) -> Result<Self> {
        Ok(Self::with_tls(config, tls::settings(config.trust()?)?, recorder, resolver))
    }

    /// A transport for reports, with its own connections. It sends each request once and counts nothing, so that it reports the
    /// first failure and not the last. Also returns the certificates that it sees, or `None` if no address can use https.
    pub(crate) fn witnessed(config: &Config) -> Result<(Self, Option<Arc<Witness>>)> {
        let recorder = Recorder::new();
        let (transport, witness) = match tls::witnessed(config.trust()?) {
            Some((tls, witness)) => {
                (Self::with_tls(config, tls, &recorder, Resolver::default()), Some(witness))
            }
            None => (Self::new(config, &recorder)?, None),
        };
        Ok((Self { most_attempts: 1, ..transport }, witness))
    }

    fn with_tls(config: &Config, tls: rustls::ClientConfig, recorder: &Recorder, resolver: Resolver) -> Self {
        let proxies = Arc::clone(&config.proxies);
        let connections = Arc::new(Connections::new(tls, Arc::clone(&proxies), resolver));
        let (skew, recorder) = (Arc::new(AtomicI64::new(UNKNOWN)), recorder.clone());
        Self { connections, proxies, skew, recorder, most_attempts: retry::MAX_ATTEMPTS }
    }

    /// Sends `request`, and repeats it if that is safe, until `deadline`.
    pub(crate) async fn send(&self, to: RequestTo, request: &Request, deadline: Instant) -> Result<Response> {
        let pool = self.connections.here()?;
        // An idle runtime has not watched its open connections. Two turns of its reactor let it see which of them the server has
        // closed, so that no request is written to one of those.
        yield_now().await;
        yield_now().await;
        retry::repeat(request, self.most_attempts, deadline, &self.recorder, |attempt| {
            self.attempt(&pool, to, request, deadline, attempt)
        })
        .await
    }

    /// Sends `request` once, counts it, and traces it as a span.
    async fn attempt(
        &self,
        pool: &Pool,
        to: RequestTo,
        request: &Request,
        deadline: Instant,
        attempt: u32,
    ) -> Result<Response> {
        let (span, begun) = (span::of(to, request, attempt), clock::now());
        let result = timeout_at(deadline, self.once(pool, request))
            .await
            .unwrap_or_else(|_| Err(failure::timeout(request, &self.proxies)));
        self.recorder.request(to, retry::reason(&result), clock::now().saturating_duration_since(begun));
        span::end(&span, &result);
        #[cfg(feature = "__face")]
        span::note(to, request, attempt, begun, &result);
        result
    }

    /// How many seconds the server's clock was ahead of this machine's at its last `Date` (RFC 9110 6.6.1); negative if it was
    /// behind.
    pub(crate) fn clock_skew(&self) -> Option<i64> {
        Some(self.skew.load(Relaxed)).filter(|skew| *skew != UNKNOWN)
    }

    async fn once(&self, pool: &Pool, request: &Request) -> Result<Response> {
        let outgoing = reqwest::Request::try_from(request.clone())
            .map_err(|_| Error::with_detail(ErrorCode::Internal, "could not build a request"))?;
        let proxy = self.proxies.choose(outgoing.url())?;
        let failed = |error| failure::network(request, proxy, &error);
        // The semaphore is never closed.
        let _turn = pool.turns.acquire().await;
        let mut incoming = pool.client.execute(outgoing).await.map_err(failed)?;
        if let Some(proxy) = proxy {
            failure::of_proxy(request, proxy, &incoming)?;
        }
        let now = clock::unix_time();
        if let Some(skew) = server_time::skew(incoming.headers(), now) {
            self.skew.store(skew, Relaxed);
        }
        server_time::add_date(incoming.headers_mut(), now);
        let mut response = read(request, incoming, failed).await?;
        if let Some(proxy) = proxy {
            response.extensions_mut().insert(ThroughProxy(format!(
                "the proxy {proxy}; to connect without it, {}",
                proxy.how_to_avoid()
            )));
        }
        Ok(response)
    }
}

impl fmt::Debug for Transport {
    /// Without the client, which would show its proxy and a password in it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Transport(..)")
    }
}

async fn read(
    request: &Request,
    mut incoming: reqwest::Response,
    failed: impl Fn(reqwest::Error) -> Error,
) -> Result<Response> {
    let too_large = || failure::about(request, ErrorCode::ResponseTooLarge);
    if incoming.content_length().is_some_and(|declared| declared > MAX_BODY_BYTES as u64) {
        return Err(too_large());
    }
    let mut response = http::Response::new(Vec::new());
    *response.status_mut() = incoming.status();
    *response.headers_mut() = std::mem::take(incoming.headers_mut());
    while let Some(chunk) = incoming.chunk().await.map_err(&failed)? {
        if response.body().len() + chunk.len() > MAX_BODY_BYTES {
            return Err(too_large());
        }
        response.body_mut().extend_from_slice(&chunk);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::discovery;
    use clever_emulator::{Emulator, Options};

    #[tokio::test(start_paused = true)]
    async fn a_lookup_without_a_permit_is_a_retryable_limit_error() {
        let config = Config::builder("client").base_url("https://clever.example").build().unwrap();
        let transport =
            Transport::with_resolver(&config, &Recorder::new(), Resolver::without_a_permit()).unwrap();
        let request = discovery::request("https://clever.example").unwrap();
        let error =
            transport.send(RequestTo::Discovery, &request, clock::now() + config.timeout).await.unwrap_err();
        assert_eq!((error.code(), error.retryable()), (ErrorCode::LimitReached, true));
        let told = error.to_string();
        assert!(told.contains("https://clever.example/") && told.contains("lookups of host names"), "{told}");
    }

    #[tokio::test]
    async fn a_response_updates_the_clock_skew_of_all_clones() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let config = Config::builder("client").base_url(emulator.base_url()).build().unwrap();
        let transport = Transport::new(&config, &Recorder::new()).unwrap();
        let clone = transport.clone();
        assert_eq!(transport.clock_skew(), None);
        let request = discovery::request(emulator.base_url()).unwrap();
        transport.send(RequestTo::Discovery, &request, clock::now() + config.timeout).await.unwrap();
        assert!(clone.clock_skew().unwrap().abs() <= 1);
    }
}
