//! How Clever is reached from here: certificates that this network adds, and the proxy in between.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::checks::invalid;
use crate::error::Result;
use crate::process::PerProcess;
use crate::secret::Secret;

/// Authorities to trust besides those of the system, and the TLS settings made of both.
#[derive(Debug)]
pub(crate) struct CaBundle {
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// Made by the transport at first use: reading the system's certificates costs milliseconds.
    pub(crate) tls: PerProcess<Option<ClientConfig>>,
}

impl CaBundle {
    /// Reads PEM text: one certificate at least, and none that is broken, since a half-read bundle is found out late.
    pub(super) fn parse(pem: &str) -> Result<Self> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| invalid("ca_bundle is not PEM text"))?;
        if certificates.is_empty() {
            return Err(invalid("ca_bundle holds no certificate in PEM form"));
        }
        for (index, certificate) in certificates.iter().enumerate() {
            RootCertStore::empty()
                .add(certificate.clone())
                .map_err(|_| invalid(format!("ca_bundle: certificate {} is broken", index + 1)))?;
        }
        Ok(Self { certificates, tls: PerProcess::new() })
    }
}

/// The proxy's address in its normal form. It may hold credentials, so no message quotes it.
pub(super) fn proxy(text: &str) -> Result<Secret> {
    let url = Url::parse(text).map_err(|error| invalid(format!("proxy: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("proxy must be an http or https URL"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("proxy must be scheme, credentials, host and port only"));
    }
    Ok(Secret::new(url.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, ConfigBuilder};
    use crate::error::ErrorCode;

    fn builder() -> ConfigBuilder {
        Config::builder("client")
    }

    #[test]
    fn a_bundle_without_a_good_certificate_is_named() {
        let junk = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        let cut = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n";
        let key = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
        for text in ["", "certificate", junk, cut, key] {
            let error = builder().ca_bundle(text).build().unwrap_err();
            assert_eq!(error.code(), ErrorCode::ConfigInvalid, "{text}");
            assert!(error.to_string().contains("ca_bundle"), "{error}");
        }
    }

    #[test]
    fn a_proxy_is_an_http_address_and_nothing_more() {
        for url in ["http://proxy.example:3128", "https://proxy.example/", "http://me:pass@[::1]:3128"] {
            assert!(builder().proxy(url).build().is_ok(), "{url}");
        }
        for url in [
            "",
            "proxy.example:3128",
            "socks5://me:hunter2@proxy.example",
            "http://me:hunter2@",
            "http://p/x",
        ] {
            let error = builder().proxy(url).build().unwrap_err();
            assert_eq!(error.code(), ErrorCode::ConfigInvalid, "{url}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_credentials_of_a_proxy() {
        let builder = builder().proxy("http://me:hunter2@proxy.example:3128");
        assert!(!format!("{builder:?}").contains("hunter2"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("hunter2"));
    }
}
