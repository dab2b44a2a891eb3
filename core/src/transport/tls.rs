//! Which certificates are trusted: the system's, and those of the configuration in addition.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore, WantsVerifier};
use rustls_platform_verifier::Verifier;

use super::provider::provider;
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::process::PerProcess;

/// The TLS settings: the trust store is read once per process, or once for a bundle, since reading it costs two
/// milliseconds.
pub(super) fn settings(config: &Config) -> Result<ClientConfig> {
    static SHARED: PerProcess<Option<ClientConfig>> = PerProcess::new();
    let made = match &config.ca_bundle {
        Some(bundle) => bundle.tls.get(|| trusting_the_system_and(&bundle.certificates)),
        None => SHARED.get(|| trusting_the_system_and(&[])),
    };
    match made {
        Some(settings) => Ok(settings.clone()),
        // A machine without any certificates can still talk to itself, as to a local emulator.
        None if config.is_loopback() => trusting_nobody(),
        None => Err(Error::with_detail(ErrorCode::NetworkTls, "this system has no CA certificates")),
    }
}

fn trusting_the_system_and(others: &[CertificateDer<'static>]) -> Option<ClientConfig> {
    let builder = builder().ok()?;
    let provider = Arc::clone(builder.crypto_provider());
    // Only with others: on Windows they need a second engine beside the one that knows the system's.
    let verifier = match others {
        [] => Verifier::new(provider),
        _ => Verifier::new_with_extra_roots(others.iter().cloned(), provider),
    }
    .ok()?;
    // The word warns of verifiers that do not verify; this one does what rustls itself would.
    Some(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn trusting_nobody() -> Result<ClientConfig> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::with_detail(ErrorCode::Internal, "no TLS version is available"))
}
