//! Other servers that a client may meet instead of Clever.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// An address where no server runs.
pub(crate) fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// A server that responds to everything with a page and status 200, as a captive portal does. It ends with the test process.
pub(crate) fn html_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 16 * 1024]);
            let page = "<!DOCTYPE html><title>Welcome to the school network</title>";
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
            let _ =
                stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{page}", page.len()).as_bytes());
        }
    });
    base
}
