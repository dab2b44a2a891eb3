//! What a value of the configuration must be.

use url::{Host, Url};

use crate::error::{Error, ErrorCode, Result, quote};
use crate::secret::Secret;

pub(super) fn invalid(detail: impl Into<String>) -> Error {
    Error::with_detail(ErrorCode::ConfigInvalid, detail)
}

pub(super) fn check_client_id(client_id: &str) -> Result<()> {
    if client_id.is_empty() {
        return Err(invalid("client_id must not be empty"));
    }
    if !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid("client_id must be visible ASCII without spaces"));
    }
    Ok(())
}

pub(super) fn check_secret(name: &str, secret: Option<&Secret>, shortest: usize) -> Result<()> {
    let Some(secret) = secret.map(Secret::expose) else { return Ok(()) };
    if secret.len() < shortest {
        return Err(invalid(format!("{name} must have at least {shortest} bytes")));
    }
    if secret.trim() != secret {
        return Err(invalid(format!("{name} begins or ends with white space")));
    }
    Ok(())
}

pub(super) fn check_redirect_uri(uri: &str, development: bool) -> Result<()> {
    let url = parse("redirect_uri", uri)?;
    if url.fragment().is_some() {
        return Err(invalid(format!("redirect_uri must have no fragment, found {}", quote(uri))));
    }
    let plain_allowed = development || is_loopback(&url);
    match url.scheme() {
        "https" => Ok(()),
        "http" if plain_allowed => Ok(()),
        _ => {
            Err(invalid(format!("redirect_uri must be https (http only on loopback), found {}", quote(uri))))
        }
    }
}

/// A base URL, without the slash at its end: endpoints are appended to it.
pub(super) fn check_base(name: &str, base: &str) -> Result<String> {
    let url = parse(name, base)?;
    check_transport(&url).map_err(|why| invalid(format!("{name}: {why}, found {}", quote(base))))?;
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(invalid(format!("{name} must be scheme, host and path only")));
    }
    Ok(base.trim_end_matches('/').to_owned())
}

pub(super) fn check_origin(origin: &str) -> Result<()> {
    let url = parse("return_to_origin", origin)?;
    if url.origin().ascii_serialization() == origin && matches!(url.scheme(), "https" | "http") {
        return Ok(());
    }
    Err(invalid(format!(
        "return_to_origin must be a bare origin like https://www.example.org, found {}",
        quote(origin)
    )))
}

pub(super) fn parse(name: &str, text: &str) -> Result<Url> {
    let url = Url::parse(text).map_err(|error| invalid(format!("{name}: {error}, found {}", quote(text))))?;
    if url.host().is_none() {
        return Err(invalid(format!("{name} must be an absolute https URL, found {}", quote(text))));
    }
    Ok(url)
}

/// https, or plain http to this machine: what the transport will talk to.
pub(crate) fn check_transport(url: &Url) -> std::result::Result<(), &'static str> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        _ => Err("must be https (http only to loopback)"),
    }
}

/// Whether the host is this machine. `localhost` counts: browsers and resolvers keep it at home (RFC 6761 6.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
