//! The HTTP client: one deadline for a whole call, capped bodies, retries only where they are safe.
//!
//! Redirects are never followed: an answer that sends a secret elsewhere is no answer. https only, plain http only to
//! this machine; the configuration and the discovery document were held to that before an address arrives here.

use std::error::Error as _;
use std::time::Duration;

use http::{Method, StatusCode, header};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::moment;
use crate::process::PerProcess;
use crate::protocol::{Request, Response};

/// Larger answers are refused.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// An idle connection is given up before common servers close theirs.
const IDLE: Duration = Duration::from_secs(20);
/// Clever asks for at most five attempts.
const MAX_ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Sends requests. Belongs to the runtime that it is first used on.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
}

impl Transport {
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(config)?)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("clever-sso/", env!("CARGO_PKG_VERSION")));
        if config.is_loopback() {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|_| Error::with_detail(ErrorCode::Internal, "no HTTP client could be made"))?;
        Ok(Self { http })
    }

    /// Sends `request`, again where that is safe, until `deadline`.
    pub(crate) async fn send(&self, request: &Request, deadline: Instant) -> Result<Response> {
        timeout_at(deadline, self.attempts(request, deadline))
            .await
            .unwrap_or_else(|_| Err(about(request, ErrorCode::NetworkTimeout)))
    }

    async fn attempts(&self, request: &Request, deadline: Instant) -> Result<Response> {
        let mut attempt = 1;
        loop {
            let result = self.once(request).await;
            let Some(pause) = pause_before_retry(request, &result, attempt) else { return result };
            if attempt == MAX_ATTEMPTS || Instant::now() + pause >= deadline {
                return result;
            }
            attempt += 1;
            sleep(pause).await;
        }
    }

    async fn once(&self, request: &Request) -> Result<Response> {
        let outgoing = reqwest::Request::try_from(request.clone())
            .map_err(|_| Error::with_detail(ErrorCode::Internal, "a request could not be built"))?;
        let answer = self.http.execute(outgoing).await.map_err(|error| network_error(request, &error))?;
        read(request, answer).await
    }
}

async fn read(request: &Request, mut answer: reqwest::Response) -> Result<Response> {
    let mut response = http::Response::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    while let Some(chunk) = answer.chunk().await.map_err(|error| network_error(request, &error))? {
        if response.body().len() + chunk.len() > MAX_BODY_BYTES {
            return Err(about(request, ErrorCode::ResponseTooLarge));
        }
        response.body_mut().extend_from_slice(&chunk);
    }
    Ok(response)
}

/// How long to wait before trying again; `None` when that is not safe or cannot help.
///
/// A GET may be repeated. Anything else (the code exchange) only if no byte of it was sent: a code arrives at Clever
/// once. 401 is never tried again.
fn pause_before_retry(request: &Request, result: &Result<Response>, attempt: u32) -> Option<Duration> {
    let repeatable = request.method() == Method::GET;
    match result {
        Ok(response) if repeatable && is_passing(response.status()) => {
            Some(asked_pause(response).unwrap_or_else(|| backoff(attempt)))
        }
        Ok(_) => None,
        Err(error) => match error.code() {
            ErrorCode::NetworkConnect | ErrorCode::NetworkName => Some(backoff(attempt)),
            ErrorCode::NetworkInterrupted if repeatable => Some(backoff(attempt)),
            _ => None,
        },
    }
}

const fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// Growing gaps, each shortened by up to a half by chance, so that many clients do not come back at once.
fn backoff(attempt: u32) -> Duration {
    let mut chance = [0];
    // Without chance the gaps are merely regular.
    let _ = aws_lc_rs::rand::fill(&mut chance);
    let full = FIRST_PAUSE * 2_u32.pow(attempt.saturating_sub(1).min(8));
    full.saturating_sub(full * u32::from(chance[0]) / 512)
}

/// What the server asks for: `Retry-After` in seconds (RFC 9110 10.2.3), or Clever's `X-RateLimit-Reset` in Unix seconds.
fn asked_pause(response: &Response) -> Option<Duration> {
    let number = |name| response.headers().get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let seconds = number(header::RETRY_AFTER.as_str())
        .or_else(|| Some(number("x-ratelimit-reset")?.saturating_sub(moment::now())))?;
    Some(Duration::from_secs(seconds))
}

fn network_error(request: &Request, error: &reqwest::Error) -> Error {
    if let Some(tls) = tls_error(error) {
        return Error::with_detail(ErrorCode::NetworkTls, format!("{}: {}", place(request), tls_cause(tls)));
    }
    let code = if error.is_dns() {
        ErrorCode::NetworkName
    } else if error.is_connect() {
        ErrorCode::NetworkConnect
    } else if error.is_timeout() {
        ErrorCode::NetworkTimeout
    } else {
        ErrorCode::NetworkInterrupted
    };
    about(request, code)
}

/// The TLS failure among the causes of `error`; it may hide inside an I/O error, which does not name it as its source.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut cause = error.source();
    while let Some(here) = cause {
        let wrapped = here.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let found = here.downcast_ref().or_else(|| wrapped.and_then(|inner| inner.downcast_ref()));
        if found.is_some() {
            return found;
        }
        cause = here.source();
    }
    None
}

const fn tls_cause(error: &rustls::Error) -> &'static str {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer,
    };
    match error {
        rustls::Error::InvalidCertificate(UnknownIssuer) => {
            "the certificate comes from an authority that is not trusted here: does the network inspect TLS?"
        }
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => {
            "the certificate has expired, or the clock is wrong"
        }
        rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "the certificate is for another host"
        }
        rustls::Error::InvalidCertificate(_) => "the certificate is not valid",
        _ => "the TLS handshake failed",
    }
}

fn about(request: &Request, code: ErrorCode) -> Error {
    Error::with_detail(code, place(request))
}

/// Method and address, without the query: it is ours, and it never carries a secret.
fn place(request: &Request) -> String {
    let uri = request.uri();
    format!(
        "{} {}://{}{}",
        request.method(),
        uri.scheme_str().unwrap_or_default(),
        uri.host().unwrap_or_default(),
        uri.path()
    )
}

/// The TLS settings: the trust store is read once per process and shared, since reading it costs two milliseconds.
fn tls(config: &Config) -> Result<ClientConfig> {
    static SHARED: PerProcess<Option<ClientConfig>> = PerProcess::new();
    match SHARED.get(platform_tls) {
        Some(shared) => Ok(shared.clone()),
        // A machine without any certificates can still talk to itself, as to a local emulator.
        None if config.is_loopback() => trusting(rustls::RootCertStore::empty()),
        None => Err(Error::with_detail(ErrorCode::NetworkTls, "this system has no CA certificates")),
    }
}

fn platform_tls() -> Option<ClientConfig> {
    use rustls_platform_verifier::BuilderVerifierExt as _;
    let builder = tls_builder().ok()?.with_platform_verifier().ok()?;
    Some(builder.with_no_client_auth())
}

fn trusting(roots: rustls::RootCertStore) -> Result<ClientConfig> {
    Ok(tls_builder()?.with_root_certificates(roots).with_no_client_auth())
}

fn tls_builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    ClientConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::with_detail(ErrorCode::Internal, "no TLS version is available"))
}
