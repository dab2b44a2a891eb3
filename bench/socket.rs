//! The bare exchange: it sends a prepared request over TLS with rustls, and reads the bytes of the response.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// A connection that stays open until the server announces that it closes it.
pub(crate) struct Socket {
    config: Arc<ClientConfig>,
    port: u16,
    request: Vec<u8>,
    open: Mutex<Option<Stream>>,
}

impl Socket {
    pub(crate) fn new(base_url: &str, authority: &str, request: &str) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let builder =
            ClientConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions();
        Self {
            config: Arc::new(builder.unwrap().with_root_certificates(roots).with_no_client_auth()),
            port: base_url.rsplit_once(':').unwrap().1.parse().unwrap(),
            request: request.as_bytes().to_vec(),
            open: Mutex::new(None),
        }
    }

    pub(crate) fn exchange(&self) -> bool {
        let mut open = self.open.lock().unwrap();
        let stream = open.get_or_insert_with(|| self.connect());
        stream.write_all(&self.request).unwrap();
        stream.flush().unwrap();
        let (head, body) = answer(stream);
        if head.contains("\r\nConnection: close\r\n") {
            *open = None;
        }
        head.starts_with("HTTP/1.1 200 ") && serde_json::from_slice::<serde_json::Value>(&body).is_ok()
    }

    fn connect(&self) -> Stream {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let stream = TcpStream::connect((address, self.port)).unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::IpAddress(address.into());
        StreamOwned::new(ClientConnection::new(Arc::clone(&self.config), name).unwrap(), stream)
    }
}

/// Reads the head of a response and its body.
fn answer(stream: &mut Stream) -> (String, Vec<u8>) {
    let (mut read, mut chunk) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let arrived = stream.read(&mut chunk).unwrap();
        assert!(arrived > 0, "the server closed the connection");
        read.extend_from_slice(&chunk[..arrived]);
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&read[..end + 4]).unwrap();
        let (_, length) = head.split_once("Content-Length: ").unwrap();
        let length: usize = length.split_once('\r').unwrap().0.parse().unwrap();
        if read.len() >= end + 4 + length {
            return (head.to_owned(), read.split_off(end + 4));
        }
    }
}
