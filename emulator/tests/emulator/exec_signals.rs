//! Signals and `exec`: the command must behave as if its parent had started it without the emulator.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::binary::Running;
use crate::http;
use crate::patience::wait_for;

const BINARY: &str = env!("CARGO_BIN_EXE_clever-emulator");

/// Runs `script` in bash, where `$E` is the emulator.
///
/// It ignores no signal, even if the program that runs the tests does. It is a separate job, so it can be stopped: the system
/// stops no process whose group is alone in its session.
fn bash(script: &str) -> Command {
    let mut bash = Command::new("env");
    bash.args(["--default-signal", "bash", "-c", script]).env("E", BINARY).process_group(0);
    bash.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    bash
}

fn output(script: &str) -> String {
    String::from_utf8(bash(script).output().unwrap().stdout).unwrap()
}

fn kill(signal: &str, pid: u32) {
    let sent = Command::new("kill").args(["-s", signal, &pid.to_string()]).status().unwrap();
    assert!(sent.success());
}

/// The state of a process from the system: `T` is stopped.
fn state(pid: u32) -> char {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit(") ").next().and_then(|rest| rest.chars().next()).unwrap_or('-')
}

/// The signals that a process blocks and ignores, a bit for each, as printed by the script.
fn masks(script: &str) -> Vec<u64> {
    // The C library reserves two signals for itself.
    let own = 0b11 << 31;
    let shown = output(script);
    let masks = shown.lines().map(|line| u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16));
    masks.map(|mask| mask.unwrap() & !own).collect()
}

/// The command ignores exactly the signals that the parent ignores: `nohup`, `trap ''` and service managers rely on this.
#[test]
fn the_command_ignores_exactly_the_signals_that_the_emulator_ignored_at_its_start() {
    let show = "grep -E 'Sig(Ign|Blk)' /proc/self/status";
    let all = ["HUP", "INT", "QUIT", "PIPE", "ALRM", "TERM", "CHLD", "TSTP", "TTIN", "TTOU", "USR1", "USR2"];
    let several = ["CONT WINCH URG", "RTMIN+3", "HUP INT", ""];
    for signals in all.into_iter().chain(several) {
        let ignore = if signals.is_empty() { String::new() } else { format!("trap '' {signals}; ") };
        let direct = masks(&format!("{ignore}exec {show}"));
        assert_eq!(direct.len(), 2);
        assert_eq!(masks(&format!("{ignore}exec $E exec -- {show}")), direct, "{signals:?}");
    }
    // Shells don't pass an ignored SIGCHLD on.
    let blocked = "env --block-signal=TERM --block-signal=INT --block-signal=CHLD --block-signal=RTMIN+3";
    for wrapper in ["nohup", "env --block-signal=USR2", "env --ignore-signal=CHLD", blocked] {
        let through = masks(&format!("{wrapper} $E exec -- {show}"));
        assert_eq!(through, masks(&format!("{wrapper} {show}")), "{wrapper}");
    }
}

#[test]
fn a_signal_that_was_ignored_ends_neither_the_emulator_nor_the_command() {
    let script = "trap '' HUP; exec $E exec -- sh -c 'echo $CLEVER_BASE_URL; read line; exit 9'";
    let mut child = bash(script).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut base_url = String::new();
    stdout.read_line(&mut base_url).unwrap();
    kill("HUP", child.id());
    assert_eq!(http::send(base_url.trim(), "GET", "/healthz", &[], b"").status, 200);
    child.stdin.take().unwrap().write_all(b"go on\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(9));
}

/// The exit code is known although SIGCHLD is ignored, which makes the system forget it.
#[test]
fn the_exit_code_is_the_commands_even_if_signals_are_ignored() {
    for signals in ["CHLD", "CHLD TERM HUP INT"] {
        let ended = bash(&format!("trap '' {signals}; exec $E exec -- bash -c 'exit 6'")).status().unwrap();
        assert_eq!(ended.code(), Some(6), "{signals}");
    }
    for (signal, code) in [("KILL", 137), ("ABRT", 134), ("PIPE", 141), ("ALRM", 142)] {
        let ended = bash(&format!("exec $E exec -- sh -c 'kill -{signal} $$'")).status().unwrap();
        assert_eq!(ended.code(), Some(code), "{signal}");
    }
}

/// The command prints its process id and the base URL, and exits with code 7 after it has read a line.
fn waiting() -> (Running, ChildStdin, u32, String) {
    let script = "exec $E exec -- sh -c 'echo $$ $CLEVER_BASE_URL; read line; exit 7'";
    let mut child: Child = bash(script).stdin(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let (pid, base_url) = line.trim().split_once(' ').unwrap();
    (Running(child), stdin, pid.parse().unwrap(), base_url.to_owned())
}

#[test]
fn a_stopped_command_can_continue() {
    for (by_emulator, signal) in [(false, "STOP"), (false, "TSTP"), (true, "TSTP"), (true, "TTIN")] {
        let (mut running, mut stdin, command, base_url) = waiting();
        let receiver = if by_emulator { running.0.id() } else { command };
        kill(signal, receiver);
        wait_for("the command to stop", || state(command) == 'T');
        // The emulator still responds while the command is stopped.
        assert_eq!(http::send(&base_url, "GET", "/healthz", &[], b"").status, 200, "{signal}");
        assert!(running.0.try_wait().unwrap().is_none(), "{signal}");
        kill("CONT", receiver);
        wait_for("the command to go on", || state(command) != 'T');
        stdin.write_all(b"go on\n").unwrap();
        assert_eq!(running.0.wait().unwrap().code(), Some(7), "{signal}");
    }
}

#[test]
fn a_stopped_emulator_can_continue() {
    let (mut running, mut stdin, command, base_url) = waiting();
    kill("STOP", running.0.id());
    wait_for("the emulator to stop", || state(running.0.id()) == 'T');
    stdin.write_all(b"go on\n").unwrap();
    wait_for("the command to end", || ['Z', '-'].contains(&state(command)));
    kill("CONT", running.0.id());
    assert_eq!(running.0.wait().unwrap().code(), Some(7));
    assert!(std::net::TcpStream::connect(base_url.strip_prefix("http://").unwrap()).is_err());
}

/// A bash in its own terminal. Text that is written to it counts as typed.
struct Terminal {
    script: Running,
    keys: ChildStdin,
    screen: BufReader<ChildStdout>,
}

impl Terminal {
    fn with(script: &str) -> Self {
        let mut command = Command::new("env");
        // Without `noflsh`, a key that sends a signal discards output that the programs print at the same time.
        command.args([
            "--default-signal",
            "script",
            "--quiet",
            "--return",
            "--command",
            "stty noflsh; exec bash -c \"$SCRIPT\"",
            "/dev/null",
        ]);
        command.env("E", BINARY).env("SCRIPT", script).env("SHELL", "/bin/sh");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut script = Running(command.spawn().unwrap());
        let (keys, screen) = (script.0.stdin.take().unwrap(), script.0.stdout.take().unwrap());
        Self { script, keys, screen: BufReader::new(screen) }
    }

    fn wait_for(&mut self, expected: &str) {
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains(expected) {
            let mut byte = [0];
            self.screen.read_exact(&mut byte).unwrap_or_else(|error| {
                panic!("no {expected:?} ({error}): {}", String::from_utf8_lossy(&seen))
            });
            seen.extend(byte);
        }
    }

    fn press(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).unwrap();
    }

    fn code(mut self) -> Option<i32> {
        self.script.0.wait().unwrap().code()
    }
}

#[test]
fn ctrl_c_reaches_the_command_once() {
    let counting = r#"n=0; trap 'n=$((n + 1))' INT; echo ready; while read -r line && [ "$line" != end ]; do echo count $n; done; exit $n"#;
    let script = format!("trap : INT; $E exec -- bash -c {}; exit $?", quoted(counting));
    let mut terminal = Terminal::with(&script);
    terminal.wait_for("ready");
    terminal.press(b"\x03");
    terminal.press(b"\n");
    terminal.wait_for("count 1");
    terminal.press(b"end\n");
    assert_eq!(terminal.code(), Some(1));
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A signal from `kill` reaches the command, also in a terminal.
#[test]
fn sigint_from_a_program_reaches_the_command_in_a_terminal() {
    let command = "import signal; signal.pthread_sigmask(0, [2]); print(\"ready\", flush=True); signal.sigwait([2]); exit(12)";
    let mut terminal = Terminal::with(&format!("echo pid $$.; exec $E exec -- python3 -c '{command}'"));
    terminal.wait_for("pid ");
    let mut pid = Vec::new();
    terminal.screen.read_until(b'.', &mut pid).unwrap();
    let pid = String::from_utf8(pid).unwrap().trim_end_matches('.').parse().unwrap();
    terminal.wait_for("ready");
    kill("INT", pid);
    assert_eq!(terminal.code(), Some(12));
}

#[test]
fn ctrl_z_stops_both_and_the_shell_continues_them() {
    let script = "set -m; $E exec -- bash -c 'echo ready; read -r line; echo got $line; exit 11'; \
                  echo stopped with $?; fg; exit $?";
    let mut terminal = Terminal::with(script);
    terminal.wait_for("ready");
    terminal.press(b"\x1a");
    terminal.wait_for("stopped with 148");
    terminal.wait_for("exec");
    terminal.press(b"again\n");
    terminal.wait_for("got again");
    assert_eq!(terminal.code(), Some(11));
}

/// A shell with job control takes the terminal for its own process group, and gives it back.
#[test]
fn a_shell_can_be_the_command() {
    let mut terminal = Terminal::with("set -m; $E exec -- bash --norc -i; echo back with $?; exit 4");
    terminal.wait_for("bash-");
    // The terminal echoes the input, which must not be mistaken for output.
    terminal.press(b"sh -c 'echo u\"\"p; exec sleep 600'\n");
    terminal.wait_for("up\r\n");
    terminal.press(b"\x1a");
    terminal.wait_for("Stopped");
    terminal.press(b"kill -KILL %1\n");
    // A shell that has not noticed yet that the job has ended needs a second `exit`.
    terminal.press(b"exit 13\nexit 13\n");
    terminal.wait_for("back with 13");
    assert_eq!(terminal.code(), Some(4));
}
