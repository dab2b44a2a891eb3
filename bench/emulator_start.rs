//! How soon the emulator answers after it was started: `cargo bench -p clever-emulator --bench start`.
//!
//! The time from the start of the process to the base URL on its standard output, and to the whole answer to a request. That no
//! key is made before is a matter of order, and a test of `server.rs`.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark may")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 25;
/// What a person takes for at once.
const LONGEST: Duration = Duration::from_millis(100);

/// A process that is ended whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How long the address took, and how long the first answer.
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
    // `cargo test --benches` only wants to know that it starts.
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
        "start to the base URL{:>10.1} ms\nstart to an answer{:>13.1} ms   at most {} ms\n",
        address.as_secs_f64() * 1e3,
        answer.as_secs_f64() * 1e3,
        LONGEST.as_millis()
    );
    let _ = std::io::stdout().write_all(shown.as_bytes());
    assert!(answer <= LONGEST, "too late");
}
