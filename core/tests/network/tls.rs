//! The servers that the client trusts.

use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use clever_sso::ConfigBuilder;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

use crate::clever::{ask, config, made, ours, tokens, word};
use crate::own_process::{given, run};
use crate::server::Server;

/// A certificate authority that no system trusts.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// The TLS settings of a server with a certificate for `name`.
    pub(crate) fn for_name(&self, name: &str) -> Arc<ServerConfig> {
        self.certified(&CertificateParams::new([name.to_owned()]).unwrap(), rustls::DEFAULT_VERSIONS)
    }

    fn certified(
        &self,
        params: &CertificateParams,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let builder = ServerConfig::builder_with_provider(provider.into());
        let builder = builder.with_protocol_versions(versions).unwrap().with_no_client_auth();
        Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).unwrap())
    }
}

/// The TLS connection of a server.
pub(crate) fn encrypted(
    tls: Arc<ServerConfig>,
) -> impl Fn(TcpStream) -> StreamOwned<ServerConnection, TcpStream> + Send + Sync {
    move |stream| StreamOwned::new(ServerConnection::new(Arc::clone(&tls)).unwrap(), stream)
}

fn server(tls: Arc<ServerConfig>) -> Server {
    Server::wrapped(encrypted(tls), |request| if request.method == "POST" { tokens() } else { ours() })
}

fn at(server: &Server) -> ConfigBuilder {
    config(&format!("https://127.0.0.1:{}", server.port()))
}

fn message(config: ConfigBuilder) -> String {
    let error = ask(&made(config)).unwrap_err();
    assert_eq!(error.code().as_str(), "network_tls");
    error.to_string()
}

#[test]
fn an_unknown_authority_is_refused_at_once_with_a_hint_about_inspection() {
    let server = server(Authority::new().for_name("127.0.0.1"));
    assert!(message(at(&server)).contains("the network may inspect TLS"));
    assert_eq!(server.connections(), 1);
    assert_eq!(word(made(at(&server)).exchange_code("code", None).map(drop)), "network_tls");
    assert!(server.seen().is_empty());
}

#[test]
fn an_authority_in_the_bundle_is_trusted_only_by_its_client() {
    let (known, other) = (Authority::new(), Authority::new());
    let server = server(known.for_name("127.0.0.1"));
    let bundle = format!("A comment.\n{}{}", other.pem, known.pem);
    let client = made(at(&server).ca_bundle(bundle));
    ask(&client).unwrap();
    client.exchange_code("code", None).unwrap();
    assert_eq!(server.connections(), 1, "the connection must be kept");
    message(at(&server).ca_bundle(&other.pem));
    message(at(&server));
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new();
    let server = server(authority.for_name("clever.example"));
    assert!(message(at(&server).ca_bundle(&authority.pem)).contains("for another host"));
}

#[test]
fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let mut params = params();
    params.not_after = date_time_ymd(2020, 1, 1);
    let server = server(authority.certified(&params, rustls::DEFAULT_VERSIONS));
    assert!(message(at(&server).ca_bundle(&authority.pem)).contains("expired"));
}

#[test]
fn a_certificate_that_is_not_valid_yet_is_refused_with_a_hint_about_the_clock() {
    let authority = Authority::new();
    let mut params = params();
    params.not_before = date_time_ymd(4000, 1, 1);
    params.not_after = date_time_ymd(4001, 1, 1);
    let server = server(authority.certified(&params, rustls::DEFAULT_VERSIONS));
    let shown = message(at(&server).ca_bundle(&authority.pem));
    assert!(shown.ends_with("the certificate is not valid yet, or the clock is wrong"), "{shown}");
}

#[test]
fn a_certificate_that_is_not_for_servers_is_refused_with_the_reason() {
    let authority = Authority::new();
    let (mut of_authority, mut of_client) = (params(), params());
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    of_client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    for (params, reason) in [
        (
            of_authority,
            "the certificate is not valid: it belongs to an authority (CA:TRUE), and a server needs",
        ),
        (of_client, "the certificate is not valid (InvalidPurpose"),
    ] {
        let server = server(authority.certified(&params, rustls::DEFAULT_VERSIONS));
        let shown = message(at(&server).ca_bundle(&authority.pem));
        assert!(shown.contains(reason), "{shown}");
    }
}

/// The parameters of a certificate for this file's test server.
fn params() -> CertificateParams {
    CertificateParams::new(["127.0.0.1".to_owned()]).unwrap()
}

#[test]
fn tls_1_2_and_1_3_are_supported() {
    let authority = Authority::new();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let server = server(authority.certified(&params, &[version]));
        ask(&made(at(&server).ca_bundle(&authority.pem))).unwrap();
    }
}

#[test]
fn plain_http_instead_of_tls_is_network_tls() {
    let server = Server::of_connections(|stream| {
        use std::io::Write as _;
        let _ = stream.peek(&mut [0]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    let shown = message(at(&server));
    assert!(
        shown.ends_with("the TLS handshake failed: the server there does not speak TLS, for example because it speaks plain http"),
        "{shown}"
    );
}

#[test]
fn a_call_succeeds_after_the_server_closed_a_kept_tls_connection() {
    let authority = Authority::new();
    let server = server(authority.for_name("127.0.0.1"));
    let client = made(at(&server).ca_bundle(&authority.pem));
    for _ in 0..30 {
        client.exchange_code("code", None).unwrap();
        server.hang_up();
    }
    assert_eq!((server.seen().len(), server.connections()), (30, 30));
}

/// A folder that is deleted after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("clever-sso-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_bundle_may_be_text_or_a_path() {
    let (authority, folder) = (Authority::new(), Folder::new("bundle"));
    let server = server(authority.for_name("127.0.0.1"));
    let path = folder.file("ca.pem", &authority.pem);
    for bundle in [path, authority.pem.replace('\n', "\r\n"), authority.pem.trim_end().replace('\n', "\\n")] {
        ask(&made(at(&server).ca_bundle(bundle))).unwrap();
    }
}

#[test]
fn making_a_client_fails_with_the_name_of_an_unusable_bundle() {
    let folder = Folder::new("no-bundle");
    let missing = folder.0.join("missing.pem").to_str().unwrap().to_owned();
    let der = folder.file("ca.der", [0x30, 0x82, 0x01, 0x0a, 0x00]);
    let empty = folder.file("empty.pem", "");
    for (bundle, why) in [(missing, "cannot be read"), (der, "looks like DER"), (empty, "has no certificate")]
    {
        let error = config("https://127.0.0.1:9").ca_bundle(&bundle).build().unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.code().as_str(), "config_invalid", "{shown}");
        assert!(shown.contains(&format!("ca_bundle: \"{bundle}\"")) && shown.contains(why), "{shown}");
    }
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn authorities_are_read_from_the_environment() {
    let (authority, folder) = (Authority::new(), Folder::new("ssl"));
    let server = server(authority.for_name("127.0.0.1"));
    let base = format!("https://127.0.0.1:{}", server.port());
    let file = folder.file("ca.pem", &authority.pem);
    let directory = folder.0.to_str().unwrap();
    let both = format!("/no/such/directory:{directory}");
    for environment in [
        vec![("SSL_CERT_FILE", file.as_str())],
        vec![("SSL_CERT_DIR", directory)],
        vec![("SSL_CERT_DIR", &both)],
        vec![("SSL_CERT_FILE", &file), ("SSL_CERT_DIR", "")],
    ] {
        run("tls::in_an_environment_with_authorities", &[environment, vec![("BASE", &base)]].concat());
    }
    assert_eq!(server.seen().len(), 4);
}

#[test]
#[ignore = "is run by another test, with an environment of its own"]
fn in_an_environment_with_authorities() {
    ask(&made(config(&given("BASE")))).unwrap();
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn an_error_names_a_variable_without_authorities_and_its_file() {
    let folder = Folder::new("no-ssl");
    let missing = folder.0.join("missing.pem").to_str().unwrap().to_owned();
    let junk = folder.file("junk.pem", "no certificate");
    let directory = folder.0.to_str().unwrap().to_owned();
    for (name, value) in [
        ("SSL_CERT_FILE", &missing),
        ("SSL_CERT_FILE", &junk),
        ("SSL_CERT_FILE", &directory),
        ("SSL_CERT_DIR", &missing),
        ("SSL_CERT_DIR", &directory),
    ] {
        run("tls::in_an_environment_without_authorities", &[(name, value), ("NAME", name)]);
    }
}

#[test]
#[ignore = "is run by another test, with an environment of its own"]
fn in_an_environment_without_authorities() {
    let name = given("NAME");
    let error = config("https://127.0.0.1:9").build().unwrap_err();
    let shown = error.to_string();
    assert_eq!(error.code().as_str(), "config_invalid", "{shown}");
    assert!(shown.contains(&format!("{name}: \"{}\"", given(&name))), "{shown}");
    // A client that only uses plain http does not need certificates.
    assert!(config("http://127.0.0.1:9").build().is_ok());
}
