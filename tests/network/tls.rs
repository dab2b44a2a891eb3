//! Whom the client trusts.

use std::net::TcpStream;
use std::sync::Arc;

use clever_sso::ConfigBuilder;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

use crate::clever::{ask, config, made, ours, tokens, word};
use crate::server::Server;

/// An authority that no system trusts.
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

    /// The TLS of a server with a certificate for `name`.
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

/// What a server speaks.
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
fn an_unknown_authority_is_refused_at_once_and_inspection_is_named() {
    let server = server(Authority::new().for_name("127.0.0.1"));
    assert!(message(at(&server)).contains("does the network inspect TLS?"));
    assert_eq!(server.connections(), 1);
    assert_eq!(word(made(at(&server)).exchange_code("code", None).map(drop)), "network_tls");
    assert!(server.seen().is_empty());
}

#[test]
fn an_authority_of_the_bundle_is_trusted_and_only_by_the_client_that_has_it() {
    let (known, other) = (Authority::new(), Authority::new());
    let server = server(known.for_name("127.0.0.1"));
    let bundle = format!("A comment.\n{}{}", other.pem, known.pem);
    let client = made(at(&server).ca_bundle(bundle));
    ask(&client).unwrap();
    client.exchange_code("code", None).unwrap();
    assert_eq!(server.connections(), 1, "the connection is kept");
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
fn a_certificate_that_has_expired_is_refused() {
    let authority = Authority::new();
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    params.not_after = date_time_ymd(2020, 1, 1);
    let server = server(authority.certified(&params, rustls::DEFAULT_VERSIONS));
    assert!(message(at(&server).ca_bundle(&authority.pem)).contains("expired"));
}

#[test]
fn tls_1_2_and_1_3_are_spoken() {
    let authority = Authority::new();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let server = server(authority.certified(&params, &[version]));
        ask(&made(at(&server).ca_bundle(&authority.pem))).unwrap();
    }
}

#[test]
fn plain_http_where_tls_belongs_is_network_tls() {
    let server = Server::of_connections(|stream| {
        use std::io::Write as _;
        let _ = stream.peek(&mut [0]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    assert!(message(at(&server)).contains("the TLS handshake failed"));
}

#[test]
fn a_kept_tls_connection_that_the_server_closes_costs_no_call() {
    let authority = Authority::new();
    let server = server(authority.for_name("127.0.0.1"));
    let client = made(at(&server).ca_bundle(&authority.pem));
    for _ in 0..30 {
        client.exchange_code("code", None).unwrap();
        server.hang_up();
    }
    assert_eq!((server.seen().len(), server.connections()), (30, 30));
}
