//! The TLS settings, made from the certificates that the configuration trusts.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::{ClientConfig, WantsVerifier};

use super::provider::provider;
use super::witness::Witness;
use crate::config::trust::Trust;
use crate::error::{Error, ErrorCode, Result};

/// The TLS settings, made once per process for each [`Trust`].
pub(super) fn settings(trust: &Trust) -> Result<ClientConfig> {
    let made = trust.tls.get(|| make(trust));
    made.clone()
        .ok_or_else(|| Error::with_detail(ErrorCode::NetworkTls, "this system has no CA certificates"))
}

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn make(trust: &Trust) -> Option<ClientConfig> {
    Some(builder().ok()?.with_root_certificates(trust.roots.clone()).with_no_client_auth())
}

#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
fn make(trust: &Trust) -> Option<ClientConfig> {
    with_verifier(verifier(trust)?)
}

/// The same settings with a verifier that remembers the certificates. `None` if nothing is trusted: plain http needs no
/// certificates.
pub(super) fn witnessed(trust: &Trust) -> Option<(ClientConfig, Arc<Witness>)> {
    let witness = Witness::new(verifier(trust)?);
    let verifier: Arc<dyn ServerCertVerifier> = Arc::<Witness>::clone(&witness);
    Some((with_verifier(verifier)?, witness))
}

fn with_verifier(verifier: Arc<dyn ServerCertVerifier>) -> Option<ClientConfig> {
    // The method is named "dangerous" because of verifiers that do not verify. Each of these verifies like rustls's own.
    let builder = builder().ok()?.dangerous().with_custom_certificate_verifier(verifier);
    Some(builder.with_no_client_auth())
}

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn verifier(trust: &Trust) -> Option<Arc<dyn ServerCertVerifier>> {
    use rustls::client::WebPkiServerVerifier;

    let made = WebPkiServerVerifier::builder_with_provider(trust.roots.clone(), provider().into()).build();
    made.ok().map(|verifier| verifier as _)
}

/// A verifier that asks the system. Additional certificates are passed only if there are some, because on Windows they need a
/// second engine.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
fn verifier(trust: &Trust) -> Option<Arc<dyn ServerCertVerifier>> {
    use rustls_platform_verifier::Verifier;

    let provider = provider().into();
    let made = match trust.others.as_slice() {
        [] => Verifier::new(provider),
        others => Verifier::new_with_extra_roots(others.iter().cloned(), provider),
    };
    made.ok().map(|verifier| Arc::new(verifier) as _)
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::with_detail(ErrorCode::Internal, "no TLS version is available"))
}
