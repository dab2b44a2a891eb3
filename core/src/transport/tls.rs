//! TLS settings: made of what the configuration trusts.

use rustls::{ClientConfig, WantsVerifier};

use super::provider::provider;
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

/// The system judges certificates itself. Only with others: on Windows they need a second engine beside it.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
fn make(trust: &Trust) -> Option<ClientConfig> {
    use rustls_platform_verifier::Verifier;

    let builder = builder().ok()?;
    let provider = builder.crypto_provider().clone();
    let verifier = match trust.others.as_slice() {
        [] => Verifier::new(provider),
        others => Verifier::new_with_extra_roots(others.iter().cloned(), provider),
    }
    .ok()?;
    // The word warns of verifiers that do not verify; this one does what rustls itself would.
    let builder = builder.dangerous().with_custom_certificate_verifier(std::sync::Arc::new(verifier));
    Some(builder.with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::with_detail(ErrorCode::Internal, "no TLS version is available"))
}
