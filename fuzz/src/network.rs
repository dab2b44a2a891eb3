//! The only peer that the C library can reach while it is fuzzed: a Clever on the loopback address that sends the response in the
//! input. Connections to all other addresses are refused, so nothing leaves this machine.

use std::ffi::{c_char, c_int, c_void};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

use serde_json::json;

use crate::key::key;
use crate::people::{ACCESS_TOKEN, CLIENT_ID};

const PERSON: &str = "58da8c63d7dc0ca068000478";

/// Bodies for the next requests, the next one at the end.
static BODIES: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
static PORT: AtomicU16 = AtomicU16::new(0);

static ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("the socket listens").port();
    PORT.store(port, Ordering::SeqCst);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || drop(serve(&stream)));
        }
    });
    format!("http://127.0.0.1:{port}")
});

/// Sets the bodies for the next requests. Returns the address of this Clever.
pub fn answers_with(mut bodies: Vec<Vec<u8>>) -> String {
    bodies.reverse();
    *BODIES.lock().unwrap_or_else(PoisonError::into_inner) = bodies;
    ADDRESS.clone()
}

/// Answers the requests of a connection.
fn serve(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut first, mut length) = (String::new(), 0);
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?;
        let path = first.split(' ').nth(1).unwrap_or_default();
        let body = BODIES.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let body = body.unwrap_or_else(|| usual(path).into_bytes());
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = stream;
        stream.write_all(&[head.as_bytes(), &body].concat())?;
    }
}

/// Clever's default response.
fn usual(path: &str) -> String {
    let address = &*ADDRESS;
    match path.split(['?', '/']).nth(2).unwrap_or_default() {
        "tokens" => json!({ "access_token": ACCESS_TOKEN, "token_type": "bearer" }),
        "tokeninfo" => json!({ "client_id": CLIENT_ID, "scopes": ["read:user_id"] }),
        "openid-configuration" => json!({
            "issuer": address, "jwks_uri": format!("{address}/oauth/certs"),
            "token_endpoint": format!("{address}/oauth/tokens"), "userinfo_endpoint": format!("{address}/userinfo"),
        }),
        "certs" => return key().jwks.clone(),
        _ if path.starts_with("/userinfo") => json!({ "sub": PERSON, "given_name": "Ada" }),
        _ if path.contains("/districts/") => json!({ "data": { "id": path.rsplit('/').next(), "name": "Springfield" } }),
        _ => json!({ "type": "user", "data": {
            "id": PERSON, "type": "user", "district": "58da8a43cc70ab00017a1a87", "authorized_by": "district",
            "email": "ada@school.example", "name": { "first": "Ada", "middle": "", "last": "Ashworth" },
            "roles": { "teacher": { "legacy_id": "old-teacher" }, "staff": {} },
        } }),
    }
    .to_string()
}

/// Replaces the system function: only this Clever can be reached.
///
/// # Safety
/// As for the system function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn connect(
    socket: c_int,
    address: *const libc::sockaddr,
    length: libc::socklen_t,
) -> c_int {
    // SAFETY: the caller passes a readable address.
    let family = c_int::from(unsafe { (*address).sa_family });
    let is_ours = family == libc::AF_INET && {
        // SAFETY: addresses of this family have this layout.
        let address = unsafe { &*address.cast::<libc::sockaddr_in>() };
        address.sin_addr.s_addr.to_ne_bytes() == [127, 0, 0, 1]
            && u16::from_be(address.sin_port) == PORT.load(Ordering::SeqCst)
    };
    if is_ours {
        // SAFETY: the arguments come from the caller.
        return unsafe { libc::syscall(libc::SYS_connect, socket, address, length) } as c_int;
    }
    // SAFETY: `errno` belongs to this thread.
    unsafe { *libc::__errno_location() = libc::ECONNREFUSED };
    -1
}

/// Replaces the system function: no host name resolves.
///
/// # Safety
/// As for the system function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getaddrinfo(
    _: *const c_char,
    _: *const c_char,
    _: *const c_void,
    _: *mut *mut c_void,
) -> c_int {
    libc::EAI_NONAME
}
