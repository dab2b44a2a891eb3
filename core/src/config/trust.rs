//! The trusted certificates: the system's authorities, and those in the configuration.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::checks::invalid;
use super::environment::Environment;
use crate::error::{Result, quote_path};
use crate::process::PerProcess;

const BEGIN: &str = "-----BEGIN";
/// Much more than all the authorities of a system, which are about 200 KiB.
const MAX_BUNDLE_BYTES: u64 = 8 * 1024 * 1024;

/// The trusted authorities, and the TLS settings made from them.
#[derive(Debug)]
pub(crate) struct Trust {
    /// All authorities, on systems that store them in files. They are read when a configuration is built, because the environment
    /// says where they are.
    #[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
    pub(crate) roots: Arc<RootCertStore>,
    /// The additional authorities, on systems that check certificates themselves.
    #[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
    pub(crate) others: Vec<CertificateDer<'static>>,
    /// Created by the transport at first use.
    pub(crate) tls: PerProcess<Option<ClientConfig>>,
}

impl Trust {
    /// Reads the trusted certificates. If they are not `needed`, because every address is plain http, a system without
    /// certificates is fine.
    pub(super) fn read(
        setting: &str,
        ca_bundle: Option<&str>,
        environment: &Environment,
        needed: bool,
    ) -> Result<Arc<Self>> {
        let others = ca_bundle.map(|bundle| read_bundle(setting, bundle)).transpose()?.unwrap_or_default();
        system::trust(setting, others, environment, needed)
    }
}

/// Reads PEM text, or the file at a path.
fn read_bundle(setting: &str, bundle: &str) -> Result<Vec<CertificateDer<'static>>> {
    if bundle.trim().is_empty() {
        return Err(invalid(format!("{setting} is empty: it must be PEM text, or the path of a PEM file")));
    }
    if bundle.len() as u64 > MAX_BUNDLE_BYTES {
        return Err(invalid(format!("{setting} has more than {MAX_BUNDLE_BYTES} bytes")));
    }
    if bundle.contains(BEGIN) {
        // Files with one variable per line can only write line breaks as `\n`.
        let escaped = !bundle.contains('\n') && bundle.contains("\\n");
        let text = if escaped { bundle.replace("\\n", "\n") } else { bundle.to_owned() };
        return certificates(setting, text.as_bytes());
    }
    let place = place(setting, Path::new(bundle));
    let content = read_file(Path::new(bundle)).map_err(|error| {
        invalid(format!("{place} cannot be read ({error}); it must be PEM text, or the path of a PEM file"))
            .with_cause(&error)
    })?;
    certificates(&place, &content)
}

/// A setting and the path in it, for messages. A value that does not look like a path is not shown, because it may be a secret.
fn place(setting: &str, path: &Path) -> String {
    match quote_path(path) {
        Some(path) => format!("{setting}: {path}"),
        None => format!("{setting}: its value, which does not look like a path and is not shown,"),
    }
}

/// The contents of a regular file. A pipe or a device may never end, and opening a pipe without a writer blocks.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let odd = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
    // Checked before it is opened, and again afterwards, because it may have been replaced in between.
    let is_file = std::fs::metadata(path)?.is_file();
    let file =
        if is_file { File::open(path)? } else { return Err(odd("it is not a regular file".to_owned())) };
    let mut content = Vec::new();
    if !file.metadata()?.is_file() {
        return Err(odd("it is not a regular file".to_owned()));
    }
    file.take(MAX_BUNDLE_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_BUNDLE_BYTES {
        return Err(odd(format!("it has more than {MAX_BUNDLE_BYTES} bytes")));
    }
    Ok(content)
}

/// Certificates from PEM text: at least one, and no broken one. Otherwise a partly read bundle would be noticed too late.
fn certificates(place: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let pem = pem.strip_prefix(b"\xef\xbb\xbf").unwrap_or(pem);
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| invalid(format!("{place} is broken PEM text")))?;
    if certificates.is_empty() {
        let hint = if pem.first() == Some(&0x30) {
            "; it looks like DER: convert it with openssl x509 -inform der"
        } else {
            ""
        };
        return Err(invalid(format!("{place} has no certificate in PEM format{hint}")));
    }
    for (index, certificate) in certificates.iter().enumerate() {
        RootCertStore::empty()
            .add(certificate.clone())
            .map_err(|_| invalid(format!("{place}: certificate {} is broken", index + 1)))?;
    }
    Ok(certificates)
}

/// For systems that store authorities in files. The environment can name other files.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
mod system {
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use rustls::RootCertStore;
    use rustls::pki_types::CertificateDer;
    use rustls_native_certs::load_certs_from_paths;

    use super::{Environment, PerProcess, Trust, invalid, place};
    use crate::error::{Error, ErrorCode, Result};
    use crate::process::Inherited;

    /// The certificates that were read last, and from where. Reading takes two milliseconds, so the clients of one process share
    /// them.
    struct Known {
        file: Option<OsString>,
        directories: Option<OsString>,
        trust: Arc<Trust>,
    }

    static KNOWN: Inherited<Known> = Inherited::new();

    pub(super) fn trust(
        setting: &str,
        others: Vec<CertificateDer<'static>>,
        environment: &Environment,
        needed: bool,
    ) -> Result<Arc<Trust>> {
        let system = match of_system(environment) {
            Ok(system) => system,
            Err(error) if needed && (error.code() == ErrorCode::ConfigInvalid || others.is_empty()) => {
                return Err(hinted(error, setting));
            }
            Err(_) => made(RootCertStore::empty()),
        };
        if others.is_empty() {
            return Ok(system);
        }
        let mut roots = RootCertStore::clone(&system.roots);
        roots.add_parsable_certificates(others);
        Ok(made(roots))
    }

    fn hinted(error: Error, setting: &str) -> Error {
        if error.code() != ErrorCode::NetworkTls {
            return error;
        }
        let detail = format!(
            "this system has no CA certificates: install its package ca-certificates, or set {setting}"
        );
        Error::with_detail(ErrorCode::NetworkTls, detail)
    }

    fn made(roots: RootCertStore) -> Arc<Trust> {
        Arc::new(Trust { roots: Arc::new(roots), tls: PerProcess::new() })
    }

    fn of_system(environment: &Environment) -> Result<Arc<Trust>> {
        let (file, directories) = (&environment.ssl_cert_file, &environment.ssl_cert_dir);
        let is_same = |known: &Known| known.file == *file && known.directories == *directories;
        let known =
            KNOWN.read(|known| known.filter(|known| is_same(known)).map(|known| Arc::clone(&known.trust)));
        if let Some(trust) = known {
            return Ok(trust);
        }
        let trust = made(read(environment)?);
        let (file, directories) = (file.clone(), directories.clone());
        KNOWN.publish(Known { file, directories, trust: Arc::clone(&trust) });
        Ok(trust)
    }

    fn read(environment: &Environment) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = &environment.ssl_cert_file {
            let file = Path::new(file);
            let place = place("SSL_CERT_FILE", file);
            // Read first to check that it is a readable regular file: reading a pipe would hang here.
            super::read_file(file).map_err(|error| invalid(format!("{place} cannot be read ({error})")))?;
            if add(&mut roots, Some(file), None) == 0 {
                return Err(invalid(format!("{place} has no certificate in PEM format")));
            }
        }
        let directories: Vec<PathBuf> =
            std::env::split_paths(environment.ssl_cert_dir.as_deref().unwrap_or_default())
                .filter(|path| !path.as_os_str().is_empty())
                .collect();
        for directory in &directories {
            add(&mut roots, None, Some(directory));
        }
        let there = directories.iter().any(|directory| directory.is_dir());
        if let Some(first) = directories.first().filter(|_| !there || roots.is_empty()) {
            let why = if there { "has no certificate in PEM format" } else { "is not a directory" };
            return Err(invalid(format!("{} {why}", place("SSL_CERT_DIR", first))));
        }
        if environment.ssl_cert_file.is_none() && directories.is_empty() {
            let usual = openssl_probe::probe();
            let mut directories = usual.cert_dir.iter().map(PathBuf::as_path);
            // The file and the first directory together, so that a certificate that is in both is read once.
            add(&mut roots, usual.cert_file.as_deref(), directories.next());
            for directory in directories {
                add(&mut roots, None, Some(directory));
            }
        }
        if roots.is_empty() { Err(Error::new(ErrorCode::NetworkTls)) } else { Ok(roots) }
    }

    /// Adds certificates. If some certificates of a system are odd, the others are still trusted.
    fn add(roots: &mut RootCertStore, file: Option<&Path>, directory: Option<&Path>) -> usize {
        roots.add_parsable_certificates(load_certs_from_paths(file, directory).certs).0
    }
}

/// For systems that check certificates themselves: the transport uses the system's verifier, and the environment has no effect.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
mod system {
    use std::sync::Arc;

    use rustls::pki_types::CertificateDer;

    use super::{Environment, PerProcess, Trust};
    use crate::error::Result;
    use crate::process::Inherited;

    static KNOWN: Inherited<Arc<Trust>> = Inherited::new();

    #[expect(clippy::unnecessary_wraps, reason = "elsewhere files are read")]
    pub(super) fn trust(
        _: &str,
        others: Vec<CertificateDer<'static>>,
        environment: &Environment,
        _: bool,
    ) -> Result<Arc<Trust>> {
        let _ = (&environment.ssl_cert_file, &environment.ssl_cert_dir);
        let is_system = others.is_empty();
        if let Some(known) = KNOWN.read(|known| known.map(Arc::clone)).filter(|_| is_system) {
            return Ok(known);
        }
        let trust = Arc::new(Trust { others, tls: PerProcess::new() });
        if is_system {
            KNOWN.publish(Arc::clone(&trust));
        }
        Ok(trust)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, ConfigBuilder};
    use crate::error::ErrorCode;

    fn builder() -> ConfigBuilder {
        Config::builder("client")
    }

    #[test]
    fn an_error_names_a_bundle_without_a_valid_certificate() {
        let junk = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        let cut = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n";
        let key = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
        for text in ["", " ", "certificate", "/", "/no/such/file.pem", "/dev/null", junk, cut, key] {
            let error = builder().ca_bundle(text).build().unwrap_err();
            assert_eq!(error.code(), ErrorCode::ConfigInvalid, "{text}");
            assert!(error.to_string().contains("ca_bundle"), "{error}");
        }
        let error = builder().ca_bundle("/no/such/file.pem").build().unwrap_err().to_string();
        assert!(error.contains("/no/such/file.pem") && error.contains("No such file"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn an_endless_bundle_is_not_read() {
        let folder = std::env::temp_dir().join(format!("clever-sso-{}-bundle", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (pipe, large) = (folder.join("pipe"), folder.join("large.pem"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let text = format!("{} CERTIFICATE-----\n{}", super::BEGIN, "A".repeat(8 * 1024 * 1024));
        let error = builder().ca_bundle(text).build().unwrap_err().to_string();
        assert!(error.contains("has more than 8388608 bytes"), "{}", error.len());
        std::fs::File::create(&large).unwrap().set_len(super::MAX_BUNDLE_BYTES + 1).unwrap();
        for (path, why) in [
            (pipe.to_str().unwrap(), "not a regular file"),
            ("/dev/zero", "not a regular file"),
            (folder.to_str().unwrap(), "not a regular file"),
            (large.to_str().unwrap(), "more than 8388608 bytes"),
        ] {
            let error = builder().ca_bundle(path).build().unwrap_err();
            assert_eq!(error.code(), ErrorCode::ConfigInvalid, "{path}");
            assert!(error.to_string().contains(why) && error.to_string().contains(path), "{error}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_bundle_may_have_a_byte_order_mark_and_any_line_breaks() {
        let pair = rcgen::generate_simple_self_signed(["clever.example".to_owned()]).unwrap();
        let pem = pair.cert.pem().replace("\r\n", "\n");
        for text in [
            pem.clone(),
            format!("\u{feff}{pem}"),
            pem.replace('\n', "\r\n"),
            format!("\u{feff}\r\n{}", pem.replace('\n', "\r\n")),
            pem.replace('\n', "\\n"),
        ] {
            assert!(builder().ca_bundle(text.as_str()).build().is_ok(), "{text:?}");
        }
    }
}
