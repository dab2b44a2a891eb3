//! Remembers servers' certificates, for a report. The usual verifier still decides which ones are trusted.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

/// A verifier that passes each question on to the usual one, and remembers the certificates.
#[derive(Debug)]
pub(crate) struct Witness {
    verifier: Arc<dyn ServerCertVerifier>,
    shown: Mutex<Vec<Shown>>,
}

/// The certificate of a host.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) host: String,
    pub(crate) certificate: CertificateDer<'static>,
    /// The TLS version, if the handshake got that far.
    pub(crate) version: Option<&'static str>,
}

impl Witness {
    pub(super) fn new(verifier: Arc<dyn ServerCertVerifier>) -> Arc<Self> {
        Arc::new(Self { verifier, shown: Mutex::default() })
    }

    /// The certificate that `host` sent last.
    pub(crate) fn shown_by(&self, host: &str) -> Option<Shown> {
        self.lock().iter().rev().find(|shown| shown.host == host).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Shown>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spoke(&self, certificate: &CertificateDer<'_>, version: &'static str) {
        for shown in self.lock().iter_mut().filter(|shown| shown.certificate == *certificate) {
            shown.version = Some(version);
        }
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let host = server_name.to_str().into_owned();
        self.lock().push(Shown { host, certificate: end_entity.clone().into_owned(), version: None });
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.spoke(certificate, "TLS 1.2");
        self.verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.spoke(certificate, "TLS 1.3");
        self.verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
