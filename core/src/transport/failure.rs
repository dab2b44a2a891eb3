//! What went wrong on the way, in the words of the catalogue.

use std::error::Error as _;
use std::io;

use crate::error::{Error, ErrorCode};
use crate::process;
use crate::protocol::Request;

pub(super) fn network(request: &Request, error: &reqwest::Error) -> Error {
    if let Some(tls) = cause::<rustls::Error>(error) {
        return Error::with_detail(ErrorCode::NetworkTls, format!("{}: {}", place(request), tls_cause(tls)));
    }
    let http = cause::<hyper::Error>(error);
    let code = if error.is_connect() && causes(error).any(is_limit) {
        ErrorCode::LimitReached
    } else if error.is_dns() {
        ErrorCode::NetworkName
    } else if error.is_connect() {
        ErrorCode::NetworkConnect
    } else if http.is_some_and(hyper::Error::is_parse) {
        ErrorCode::ResponseMalformed
    } else {
        ErrorCode::NetworkInterrupted
    };
    about(request, code)
}

/// The failure of kind `E` among the causes of `error`.
fn cause<E: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    causes(error).find_map(|here| here.downcast_ref())
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |here| below(*here))
}

fn is_limit(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(process::is_limit)
}

/// What `error` stems from. An I/O error that wraps another error does not name it as its source, only what is below it;
/// a TLS failure lies inside two of those.
fn below<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
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

pub(super) fn about(request: &Request, code: ErrorCode) -> Error {
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
