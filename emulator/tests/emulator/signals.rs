//! The ends of the binary: SIGTERM and Ctrl-C, also as process 1 of a container, and the end of the command of `exec`.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use crate::binary::{Running, start};
use crate::http;
use crate::support::skipped;

const BINARY: &str = env!("CARGO_BIN_EXE_clever-emulator");

fn kill(signal: &str, pid: u32) {
    let sent = Command::new("kill").args(["-s", signal, &pid.to_string()]).status().unwrap();
    assert!(sent.success());
}

fn exec(options: &[&str], script: &str) -> Child {
    // A program that runs the tests may ignore signals, like nohup, and the emulator would inherit that.
    let mut command = Command::new("env");
    command.args(["--default-signal", BINARY, "exec"]).args(options).args(["--", "sh", "-c", script]);
    command
        .env("CLEVER_CLIENT_SECRET", "of another Clever")
        .env("CLEVER_ISSUER", "https://elsewhere.example");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end. Returns the exit code, standard output and standard error.
fn ended(options: &[&str], script: &str) -> (Option<i32>, String, String) {
    let output = exec(options, script).wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_signal_ends_the_emulator_with_exit_code_0() {
    for signal in ["TERM", "INT"] {
        let (mut running, _) = start(&[]);
        kill(signal, running.0.id());
        assert_eq!(running.0.wait().unwrap().code(), Some(0), "{signal}");
    }
}

/// A program that waits for signals in one thread blocks them in all other threads, and its child processes inherit that.
#[test]
fn a_signal_that_was_blocked_before_the_start_also_ends_the_emulator() {
    for signal in ["TERM", "INT"] {
        let mut command = Command::new("env");
        command.args([format!("--block-signal={signal}").as_str(), BINARY]).stdin(Stdio::null());
        let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
        kill(signal, running.0.id());
        assert_eq!(running.0.wait().unwrap().code(), Some(0), "{signal}");
    }
}

/// The command has the mask that it would have without the emulator, and the emulator passes the signal on.
#[test]
fn exec_passes_on_a_signal_that_was_blocked_before_the_start() {
    let program = "import signal; 15 in signal.pthread_sigmask(0, []) or exit(1); print(flush=True); signal.sigwait([15]); exit(9)";
    let mut command = Command::new("env");
    command.args(["--default-signal", "--block-signal=TERM", BINARY, "exec", "--", "python3", "-c", program]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
    kill("TERM", running.0.id());
    assert_eq!(running.0.wait().unwrap().code(), Some(9));
}

/// Without a handler, the kernel drops signals to process 1, and the emulator would run forever.
#[test]
fn a_signal_ends_the_emulator_as_process_1_of_a_container() {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    if !command.arg("true").stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        skipped("this system has no process namespaces");
        return;
    }
    for signal in ["TERM", "INT", "HUP", "QUIT"] {
        let mut command = Command::new("unshare");
        command.args([
            "--user",
            "--map-root-user",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            BINARY,
        ]);
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = Running(command.spawn().unwrap());
        let mut stdout = BufReader::new(running.0.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.starts_with("http://127.0.0.1:"), "{line}");
        let children = format!("/proc/{0}/task/{0}/children", running.0.id());
        let inside: u32 = fs::read_to_string(children).unwrap().trim().parse().unwrap();
        kill(signal, inside);
        assert_eq!(running.0.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn exec_runs_a_command_against_an_emulator_and_ends_with_it() {
    let script = r#"echo "$CLEVER_CLIENT_ID|$CLEVER_CLIENT_SECRET|$CLEVER_REDIRECT_URI|$CLEVER_BASE_URL|$CLEVER_ISSUER"; exit 7"#;
    let app = "my-app:my-secret:http://127.0.0.1:5000/cb,oidc";
    let again = "my-app:my-secret:http://127.0.0.1:5000/second";
    let (code, stdout, stderr) = ended(&["--app", app, "--app", again], script);
    let settings: Vec<_> = stdout.trim_end().split('|').collect();
    let uris = "http://127.0.0.1:5000/cb http://127.0.0.1:5000/second";
    assert_eq!((code, &settings[..3]), (Some(7), &["my-app", "my-secret", uris][..]), "{stderr}");
    assert!(settings[3].starts_with("http://127.0.0.1:") && settings[4].is_empty(), "{stdout}");
    assert!(!stderr.contains("my-secret"), "{stderr}");
    let host = settings[3].strip_prefix("http://").unwrap();
    assert!(std::net::TcpStream::connect(host).is_err(), "the emulator has ended too");

    let (code, stdout, _) =
        ended(&["--app", "public::http://127.0.0.1:5000/cb"], r#"echo "${CLEVER_CLIENT_SECRET-none}""#);
    assert_eq!((code, stdout.trim_end()), (Some(0), "none"));
}

#[test]
fn exec_declares_development_if_an_address_is_plain_http_on_another_host() {
    let near = "my-app:my-secret:http://localhost:5000/cb";
    let far = "my-app:my-secret:http://app:5000/cb";
    let declared = |arguments: &[&str]| {
        let (code, stdout, stderr) = ended(arguments, r#"echo "${CLEVER_DEVELOPMENT-unset}""#);
        assert_eq!(code, Some(0), "{stderr}");
        stdout.trim_end().to_owned()
    };
    for arguments in [
        &["--app", near][..],
        &["--app", near, "--listen", "::1"],
        &["--app", "my-app:s:https://app.example/cb", "--public-url", "https://clever.example"],
    ] {
        assert_eq!(declared(arguments), "unset", "{arguments:?}");
    }
    for arguments in [&["--app", near, "--public-url", "http://clever:5999"][..], &["--app", far]] {
        assert_eq!(declared(arguments), "true", "{arguments:?}");
    }
}

#[test]
fn the_emulator_of_exec_responds_while_the_command_runs() {
    let mut child = exec(&["--auto-login", "ada"], r#"echo "$CLEVER_BASE_URL"; exec sleep 600"#);
    let mut base_url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut base_url).unwrap();
    assert_eq!(http::send(base_url.trim(), "GET", "/healthz", &[], b"").status, 200);
    kill("TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15), "like a shell after a signal");
}

#[test]
fn exec_passes_signals_on_and_waits_until_the_command_has_handled_them() {
    for (signal, code) in [("TERM", 41), ("INT", 42), ("HUP", 43), ("USR1", 44)] {
        let script =
            format!("trap 'kill $!; exit {code}' {signal}; echo ready; sleep 600 >/dev/null 2>&1 & wait");
        let mut child = exec(&[], &script);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut String::new()).unwrap();
        kill(signal, child.id());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
    }
}

#[test]
fn exec_reports_errors_with_the_exit_codes_of_a_shell() {
    let run = |arguments: &[&str]| {
        let output = Command::new(BINARY).arg("exec").args(arguments).stdin(Stdio::null()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, stderr) = run(&["--", "/no/such/program"]);
    assert!(code == Some(127) && stderr.contains("cannot run /no/such/program"), "{code:?} {stderr}");
    let (code, stderr) = run(&["--", "/dev/null"]);
    assert!(code == Some(126) && stderr.contains("cannot run /dev/null"), "{code:?} {stderr}");
    let (code, stderr) = run(&["--auto-login", "nobody", "--", "true"]);
    assert!(code == Some(2) && stderr.contains("there is no person \"nobody\""), "{code:?} {stderr}");
    for arguments in [&[][..], &["true"], &["--"]] {
        assert_eq!(run(arguments).0, Some(2), "{arguments:?}");
    }
}

#[test]
fn the_log_has_a_line_for_each_request_and_no_secret() {
    let app = "my-app:my-secret:http://127.0.0.1:5000/cb";
    let (mut running, base_url) = start(&["--log", "--app", app, "--auto-login", "ada"]);
    let base_url = base_url.trim();
    let get = |target: &str| http::send(base_url, "GET", target, &[], b"");
    get("/healthz");
    get("/_emulator/clock");
    let location = get("/oauth/instant-login?client_id=my-app").location().to_owned();
    let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let body = format!("client_id=my-app&client_secret=my-secret&code={code}");
    http::send(base_url, "POST", "/oauth/tokens", &form, body.as_bytes());
    get("/v3.0/me?access_token=il0123456789");
    kill("TERM", running.0.id());
    running.0.wait().unwrap();
    let mut stderr = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let lines: Vec<_> = stderr.lines().filter(|line| line.contains(" -> ")).collect();
    assert_eq!(lines.len(), 3, "{stderr}");
    assert!(lines[0].contains(" UTC GET /oauth/instant-login (client_id) -> 302: "), "{}", lines[0]);
    assert!(
        lines[1].contains(
            " UTC POST /oauth/tokens (client_id, client_secret, code) -> 400: grant_type is missing"
        )
    );
    assert!(lines[2].contains(" UTC GET /v3.0/me (access_token) -> 401: the access token is in the URL"));
    for hidden in ["my-secret", &code, "il0123456789"] {
        assert!(!stderr.contains(hidden), "{stderr}");
    }
    let (mut silent, base_url) = start(&[]);
    http::send(base_url.trim(), "GET", "/login", &[], b"");
    kill("TERM", silent.0.id());
    silent.0.wait().unwrap();
    let mut stderr = String::new();
    silent.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(!stderr.contains(" -> "), "{stderr}");
}

#[test]
fn a_line_says_that_the_world_was_read_again_or_why_not() {
    let file = std::env::temp_dir().join(format!("clever-emulator-told-{}.toml", std::process::id()));
    let world = clever_emulator::World::built_in_toml();
    let write = |text: &str| fs::File::create(&file).unwrap().write_all(text.as_bytes()).unwrap();
    write(world);
    let (mut running, _) = start(&["--world", file.to_str().unwrap()]);
    let mut stderr = BufReader::new(running.0.stderr.take().unwrap());
    // No request reaches the emulator meanwhile.
    let mut told = |expected: &str| {
        let mut line = String::new();
        while !line.contains(expected) {
            line.clear();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "nothing says {expected}");
        }
        line
    };
    write(&format!("{world}\n# a comment\n"));
    let line = told("was read again");
    assert!(line.starts_with("clever-emulator: ") && line.ends_with("46 people, 7 apps.\n"), "{line}");
    write("nonsense");
    assert!(told("The old world stays.").contains(":1: "));
    fs::remove_file(&file).unwrap();
}
