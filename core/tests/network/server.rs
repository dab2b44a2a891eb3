//! A server defined by a closure, on its own port. When it is dropped, it is stopped and joined, and its panics are reported.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// A connection, encrypted or not.
pub(crate) trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    accepted: AtomicUsize,
    /// `None` when the server is stopping.
    open: Mutex<Option<HashMap<usize, TcpStream>>>,
    seen: Mutex<Vec<Request>>,
}

impl Server {
    /// `serve` handles each connection; the connection is closed when `serve` returns.
    pub(crate) fn of_connections(serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::start(move |stream, _| serve(stream))
    }

    /// `answer` writes any bytes for each request; the connection is closed when it fails.
    pub(crate) fn of_bytes(
        answer: impl Fn(&Request, &mut dyn Wire) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |stream, shared| {
            while let Some(request) = shared.read(stream) {
                if answer(&request, stream).is_err() {
                    return;
                }
            }
        })
    }

    /// One complete response for each request, on kept connections.
    pub(crate) fn of_answers(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::of_bytes(move |request, wire| wire.write_all(&answer(request).bytes()))
    }

    /// The same, with each connection wrapped, for example in TLS.
    pub(crate) fn wrapped<W: Wire>(
        wrap: impl Fn(TcpStream) -> W + Send + Sync + 'static,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |stream, shared| {
            let mut wire = wrap(stream.try_clone().unwrap());
            while let Some(request) = shared.read(&mut wire) {
                if wire.write_all(&answer(&request).bytes()).and_then(|()| wire.flush()).is_err() {
                    return;
                }
            }
        })
    }

    fn start(serve: impl Fn(&mut TcpStream, &Shared) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { open: Mutex::new(Some(HashMap::new())), ..Shared::default() });
        let held = Arc::clone(&shared);
        let acceptor = thread::spawn(move || accept(&listener, &held, &serve));
        Self { address, shared, acceptor: Some(acceptor) }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// The number of requests to a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|request| request.path == path).count()
    }

    /// The number of connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.shared.accepted.load(SeqCst)
    }

    /// The number of open connections, which is also the number of threads that serve them.
    pub(crate) fn open(&self) -> usize {
        self.shared.open.lock().unwrap().as_ref().map_or(0, HashMap::len)
    }

    /// Closes all connections. The client is notified.
    pub(crate) fn hang_up(&self) {
        for stream in self.shared.open.lock().unwrap().iter().flat_map(HashMap::values) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.hang_up();
        *self.shared.open.lock().unwrap() = None;
        let _ = TcpStream::connect(self.address);
        let ended = self.acceptor.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking(), "a server panicked");
    }
}

fn accept(listener: &TcpListener, shared: &Shared, serve: &(dyn Fn(&mut TcpStream, &Shared) + Sync)) {
    thread::scope(|scope| {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let number = shared.accepted.fetch_add(1, SeqCst);
            match &mut *shared.open.lock().unwrap() {
                None => return,
                Some(open) => open.insert(number, stream.try_clone().unwrap()),
            };
            scope.spawn(move || {
                serve(&mut stream, shared);
                if let Some(open) = &mut *shared.open.lock().unwrap() {
                    open.remove(&number);
                }
            });
        }
    });
}

impl Shared {
    fn read(&self, wire: &mut dyn Wire) -> Option<Request> {
        let request = Request::read(wire)?;
        self.seen.lock().unwrap().push(request.clone());
        Some(request)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    /// The next request with its whole body; `None` when there are no more.
    pub(crate) fn read(wire: &mut dyn Wire) -> Option<Self> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            more(wire, &mut bytes)?;
        };
        let request = Self::parse(std::str::from_utf8(&bytes[..end]).unwrap());
        let length: usize = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        while bytes.len() < end + length {
            more(wire, &mut bytes)?;
        }
        Some(request)
    }

    fn parse(head: &str) -> Self {
        let mut lines = head.lines();
        let mut words = lines.next().unwrap().split(' ').map(str::to_owned);
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            method: words.next().unwrap(),
            path: words.next().unwrap(),
            headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }
}

fn more(wire: &mut dyn Wire, bytes: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 4096];
    let read = wire.read(&mut chunk).ok().filter(|read| *read > 0)?;
    bytes.extend_from_slice(&chunk[..read]);
    Some(())
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    content_type: &'static str,
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(body: &(impl ToString + ?Sized)) -> Self {
        Self::status(200).body(body.to_string())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, content_type: "application/json", headers: String::new(), body: Vec::new() }
    }

    pub(crate) fn html(status: u16, page: &str) -> Self {
        Self { content_type: "text/html", ..Self::status(status).body(page) }
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.extend([name, ": ", value, "\r\n"]);
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 {} Word\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n",
            self.status,
            self.content_type,
            self.body.len(),
            self.headers
        );
        [head.as_bytes(), &self.body].concat()
    }
}
