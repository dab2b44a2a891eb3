//! The output of the binary when no one reads it: the emulator keeps running, and so does the command of `exec`.

use std::io::{BufRead as _, BufReader, PipeReader, PipeWriter, Read as _, Write as _, pipe};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::binary::{Running, start};
use crate::http;
use crate::patience::PATIENCE;

const BINARY: &str = env!("CARGO_BIN_EXE_clever-emulator");

fn kill(signal: &str, pid: u32) {
    let sent = Command::new("kill").args(["-s", signal, &pid.to_string()]).status().unwrap();
    assert!(sent.success());
}

fn get(base_url: &str, target: &str) -> u16 {
    http::send(base_url, "GET", target, &[], b"").status
}

/// A full pipe: writing blocks until someone reads.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = pipe().unwrap();
    let (filled, is_filled) = mpsc::channel();
    thread::spawn(move || {
        // The size of a pipe on Linux.
        writer.write_all(&vec![b'.'; 64 * 1024]).unwrap();
        filled.send(writer).unwrap();
    });
    (reader, is_filled.recv_timeout(PATIENCE).unwrap())
}

#[test]
fn an_unread_log_delays_no_response() {
    let (mut running, base_url) = start(&["--log", "--auto-login", "ada"]);
    let base_url = base_url.trim();
    let long = "/a-segment-of-a-path-of-30-bytes".repeat(200);
    let requests = 250;
    for _ in 0..requests {
        assert_eq!(get(base_url, &long), 404);
    }
    assert_eq!((get(base_url, "/healthz"), get(base_url, "/login")), (200, 200));
    kill("TERM", running.0.id());
    let mut stderr = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
    let lines = stderr.lines().filter(|line| line.contains(" -> ")).count();
    let said = stderr.lines().find_map(|line| line.strip_prefix("clever-emulator: dropped "));
    let dropped = said.and_then(|said| said.strip_suffix(" lines that were not read in time.")).unwrap();
    assert_eq!(lines + dropped.parse::<usize>().unwrap(), requests + 1, "{said:?}");
}

#[test]
fn the_emulator_keeps_running_when_the_reader_of_its_log_is_gone() {
    let (mut running, base_url) = start(&["--log"]);
    drop(running.0.stderr.take());
    for _ in 0..3 {
        assert_eq!(get(base_url.trim(), "/login"), 200);
    }
    kill("TERM", running.0.id());
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn an_unread_start_line_blocks_no_other_output() {
    let (_reader, writer) = full_pipe();
    let mut command = Command::new(BINARY);
    command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    let mut stderr = BufReader::new(running.0.stderr.take().unwrap());
    let (mut line, desk) = (String::new(), "The desk (apps, people, scenarios, and a journal of requests): ");
    while !line.starts_with(desk) {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0);
    }
    let base_url = line.strip_prefix(desk).unwrap().trim_end().strip_suffix("/_emulator/").unwrap();
    assert_eq!((get(base_url, "/healthz"), get(base_url, "/oauth/certs")), (200, 200));
    kill("TERM", running.0.id());
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn the_command_of_exec_runs_even_if_no_one_reads_the_emulators_output() {
    let (_reader, writer) = full_pipe();
    let mut command = Command::new(BINARY);
    command.args(["exec", "--", "sh", "-c", "echo ready; exit 5"]).stdin(Stdio::null());
    let output = command.stdout(Stdio::piped()).stderr(writer).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(5), &b"ready\n"[..]));
}

#[test]
fn the_emulator_exits_even_if_no_one_reads_its_error() {
    for arguments in
        [&["--no-such-option"][..], &["--auto-login", "nobody"], &["exec", "--", "/no/such/program"]]
    {
        let (_reader, writer) = full_pipe();
        let mut command = Command::new(BINARY);
        let code = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(writer).status();
        assert!(matches!(code.unwrap().code(), Some(2 | 127)), "{arguments:?}");
    }
}

/// Like a service, or a program under `nohup`.
#[test]
fn the_emulator_runs_without_standard_streams() {
    let script = "exec \"$0\" exec -- sh -c 'kill -0 $PPID && exit 6' <&- >&- 2>&-";
    let ended = Command::new("sh").args(["-c", script, BINARY]).status().unwrap();
    assert_eq!(ended.code(), Some(6));
}
