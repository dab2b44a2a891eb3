//! Measures how soon the emulator responds after its start: `cargo bench -p clever-emulator --bench start`.
//!
//! The time from the start of the process to the base URL on standard output, and to the complete response to a request.
//! A test in `server.rs` checks that no key is created before.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark may")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 25;
/// People notice no delay up to this time.
const LONGEST: Duration = Duration::from_millis(100);

/// A process that is killed when this value is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The time until the address is printed, and until the first response.
fn round() -> [Duration; 2] {
    let begin = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_clever-emulator"));
    let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut base_url = String::new();
    BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut base_url).unwrap();
    let address = begin.elapsed();
    let mut stream = TcpStream::connect(base_url.trim().strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(b"GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    [address, begin.elapsed()]
}

fn main() {
    // `cargo test --benches` only checks that the benchmark starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let rounds: Vec<_> = (0..ROUNDS).map(|_| round()).collect();
    let median = |column: usize| {
        let mut values: Vec<_> = rounds.iter().map(|round| round[column]).collect();
        values.sort();
        values[values.len() / 2]
    };
    let (address, answer) = (median(0), median(1));
    let shown = format!(
        "start to the base URL{:>10.1} ms\nstart to a response{:>12.1} ms   at most {} ms\n",
        address.as_secs_f64() * 1e3,
        answer.as_secs_f64() * 1e3,
        LONGEST.as_millis()
    );
    let _ = std::io::stdout().write_all(shown.as_bytes());
    assert!(answer <= LONGEST, "too late");
}
