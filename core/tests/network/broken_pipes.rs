//! A program in which SIGPIPE has its default action, and a server that closes kept connections in a way that raises it.
#![expect(unsafe_code, reason = "std cannot set the action of a signal, block it, or send RST")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsRawFd as _;
use std::ptr;
use std::thread;
use std::time::Instant;

use rustls::{ServerConnection, StreamOwned};
use tokio::runtime::Builder;

use crate::clever::{ask, config, made, made_async, ours};
use crate::own_process::run;
use crate::server::Server;
use crate::stopped_clock::HANGS;
use crate::tls::{Authority, encrypted};

const CALLS: usize = 5;

#[test]
fn no_sigpipe_leaves_a_blocking_call() {
    run("broken_pipes::in_a_process_that_sigpipe_would_end", &[]);
}

#[test]
#[ignore = "is run by another test, in a process of its own"]
fn in_a_process_that_sigpipe_would_end() {
    let (server, authority) = server();
    let client = made(config(&base(&server)).ca_bundle(authority.pem));
    for calls in 1..=CALLS {
        ask(&client).unwrap();
        ended(&server, calls);
    }
}

/// The connections of the async client belong to the program's runtime, and so do the signals of its threads.
#[test]
fn no_sigpipe_ends_an_async_program_that_blocks_it_on_its_runtime_threads() {
    run("broken_pipes::in_an_async_process_that_blocks_sigpipe", &[]);
}

#[test]
#[ignore = "is run by another test, in a process of its own"]
fn in_an_async_process_that_blocks_sigpipe() {
    let (server, authority) = server();
    let client = made_async(config(&base(&server)).ca_bundle(authority.pem));
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .on_thread_start(hold_back)
        .build()
        .unwrap();
    for calls in 1..=CALLS {
        let client = client.clone();
        let call = runtime.spawn(async move { client.check_token("access-token").await.map(drop) });
        runtime.block_on(call).unwrap().unwrap();
        ended(&server, calls);
    }
}

/// A server whose connections end after one response that announces a kept connection. Its own threads are not at risk.
fn server() -> (Server, Authority) {
    // SAFETY: no handler is set, and no other thread runs yet that depends on it.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let authority = Authority::new();
    let wrap = encrypted(authority.for_name("127.0.0.1"));
    let wrapped = move |stream| {
        hold_back();
        Ending { tls: wrap(stream), answered: false }
    };
    (Server::wrapped(wrapped, |_| ours()), authority)
}

fn base(server: &Server) -> String {
    format!("https://127.0.0.1:{}", server.port())
}

/// Waits until the server has closed its connection.
fn ended(server: &Server, calls: usize) {
    let waiting = Instant::now();
    while server.open() > 0 {
        assert!(waiting.elapsed() < HANGS, "the connection did not end");
        thread::yield_now();
    }
    assert_eq!(server.seen().len(), calls);
}

/// Blocks SIGPIPE in this thread.
fn hold_back() {
    // SAFETY: a set of zeros is valid, and it is cleared below.
    let mut set = unsafe { std::mem::zeroed() };
    // SAFETY: the set is valid.
    unsafe { libc::sigemptyset(&raw mut set) };
    // SAFETY: the set is valid, and the signal exists.
    unsafe { libc::sigaddset(&raw mut set, libc::SIGPIPE) };
    // SAFETY: the set is valid during the call.
    let held = unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut()) };
    assert_eq!(held, 0);
}

/// A connection that ends after its first response with `close_notify`, FIN and RST. A client that writes to it gets SIGPIPE.
struct Ending {
    tls: StreamOwned<ServerConnection, TcpStream>,
    answered: bool,
}

impl Read for Ending {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.answered { Ok(0) } else { self.tls.read(bytes) }
    }
}

impl Write for Ending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tls.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.answered = true;
        self.tls.flush()
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.tls.conn.send_close_notify();
        let _ = self.tls.flush();
        let _ = self.tls.sock.shutdown(Shutdown::Write);
        // SAFETY: an address of zeros is valid. Its family is AF_UNSPEC, which closes the connection with RST.
        let nowhere: libc::sockaddr = unsafe { std::mem::zeroed() };
        let length = libc::socklen_t::try_from(size_of_val(&nowhere)).unwrap();
        // SAFETY: the descriptor is open, and the length is that of the address.
        let done = unsafe { libc::connect(self.tls.sock.as_raw_fd(), &raw const nowhere, length) };
        assert_eq!(done, 0, "{}", io::Error::last_os_error());
    }
}
