//! The binary, started like by a developer or by a test suite in another language.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};

use crate::http;

/// A process that ends with the test, even if the test fails.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clever-emulator"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn start(arguments: &[&str]) -> (Running, String) {
    let mut running = Running(command(arguments).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (running, line)
}

pub(crate) fn ended(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn the_first_line_is_the_base_url_and_nothing_follows_it() {
    let (mut running, line) = start(&["--auto-login", "ada"]);
    let base_url = line.strip_suffix('\n').unwrap();
    let port = base_url.strip_prefix("http://127.0.0.1:").unwrap();
    assert!(port.parse::<u16>().is_ok());
    assert_eq!(http::send(base_url, "GET", "/login", &[], b"").status, 200);
    running.0.kill().unwrap();
    let mut rest = String::new();
    running.0.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn the_hints_show_the_built_in_apps_secret_but_never_a_users_own() {
    let hints = |arguments: &[&str]| {
        let (mut running, _) = start(arguments);
        let mut stderr = BufReader::new(running.0.stderr.take().unwrap());
        let mut hints = String::new();
        while !hints.contains("dana") && stderr.read_line(&mut hints).unwrap() > 0 {}
        hints
    };
    let built_in = clever_emulator::App::built_in();
    assert!(hints(&[]).contains(built_in.client_secret().unwrap()));
    let own = hints(&["--app", "my-app:my-secret:http://127.0.0.1:5000/cb"]);
    assert!(own.contains("my-app") && own.contains("510001") && !own.contains("my-secret"));
}

#[test]
fn an_app_on_the_command_line_can_log_people_in() {
    let app = "my-app:my-secret:http://127.0.0.1:5000/cb";
    let again = "my-app:my-secret:http://127.0.0.1:5000/second,oidc";
    let (_running, line) = start(&["--app", app, "--app", again, "--auto-login", "510002"]);
    let target = "/oauth/authorize?response_type=code&client_id=my-app\
                  &redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fsecond";
    let answer = http::send(line.trim(), "GET", target, &[], b"");
    assert!(answer.location().starts_with("http://127.0.0.1:5000/second?code="));
}

#[test]
fn a_library_app_on_the_command_line_is_announced_as_one() {
    let app = "my-app:my-secret:http://127.0.0.1:5000/cb,oidc,library";
    let (mut running, _) = start(&["--app", app]);
    let mut stderr = BufReader::new(running.0.stderr.take().unwrap());
    let mut hint = String::new();
    while !hint.contains("my-app (") && stderr.read_line(&mut hint).unwrap() > 0 {}
    assert!(hint.contains("my-app (OpenID Connect, Clever Library)"), "{hint}");
}

#[test]
fn the_output_says_which_people_an_app_is_for() {
    let (mut running, _) = start(&[]);
    let mut stderr = BufReader::new(running.0.stderr.take().unwrap());
    let mut hints = String::new();
    while !hints.contains("People") && stderr.read_line(&mut hints).unwrap() > 0 {}
    assert!(hints.contains("  only for teacher, staff, district_admin\n"), "{hints}");
    assert!(hints.contains("  only for the districts 64c1f0a2d3b94e5f60718100\n"), "{hints}");
}

#[test]
fn a_wrong_option_is_reported_in_one_line_with_exit_code_2() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (arguments, expected) in [
        (&["--app", "nonsense"][..], "CLIENT_ID:SECRET:REDIRECT_URI"),
        (&["--app", "id:secret:ftp://x"], "http or https"),
        (&["--app", "id:a:http://x/", "--app", "id:b:http://x/"], "two secrets"),
        (
            &["--auto-login", "nobody"],
            "ada, noor, jose, mila, mila-returned, grace, sam, olga, dana, maria, lou, kim",
        ),
        (&["--auto-login", ""], "--auto-login: there is no person \"\""),
        (&["--app", ""], "--app: an app is written"),
        (
            &["--app", "id:hidden:http://user:hidden@x/"],
            "--app: a redirect URI of the app \"id\" has a user name",
        ),
        (&["--app", "id:hidden:http://x:0/"], "--app: the redirect URI \"http://x:0/\""),
        (&["--app", "id:hidden:http://x/,oidc,oidc"], "--app: an app has the option ,oidc twice"),
        (&["--app", "id:hidden:http://x/,odic"], "did you mean ,oidc?"),
        (&["--public-url", ""], "--public-url: the public URL \"\" must be"),
        (&["--public-url", "http://clever:0"], "--public-url: the public URL \"http://clever:0\" must be"),
        (&["--public-url", "clever:5999"], "\"clever:5999\" must be http or https"),
        (&["--public-url", "http://hidden:hidden@clever"], "\"http://...@clever\" must be"),
        (&["--world", "/no/such/file"], "--world: /no/such/file: the file cannot be read"),
        (&["--world", "/dev/null"], "/dev/null:1: this world has no people"),
        (&["--listen", "192.0.2.1"], "this machine has no address 192.0.2.1"),
        (&["--port", &port], "choose another port"),
    ] {
        let (code, stdout, stderr) = ended(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(expected), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(!stderr.contains("hidden"), "{stderr}");
    }
}

/// Each option with a wrong value, repeated, and with a value although it takes none.
#[test]
fn every_error_names_the_option_and_its_wrong_value() {
    let valued = ["--port", "--listen", "--public-url", "--auto-login", "--world", "--seed"];
    let switches = ["--any-host", "--cors", "--basic-only", "--log"];
    let mut wrong: Vec<(Vec<String>, String)> = Vec::new();
    let mut add = |arguments: &[&str], expected: &str| {
        wrong.push((arguments.iter().map(ToString::to_string).collect(), expected.to_owned()));
    };
    for (option, values, expected) in [
        ("--port", &["", "x", "-1", "65536", "1.5", "0x10", " 5"][..], "a whole number from 0 to 65535"),
        (
            "--seed",
            &["", "x", "-1", "1.0", "18446744073709551616"],
            "a whole number from 0 to 18446744073709551615",
        ),
        ("--listen", &["", "clever", "127.0.0.1:80", "[::1", "256.0.0.1"], "an IP address without a port"),
    ] {
        for value in values {
            add(&[option, value], &format!("invalid value '{value}' for '{option} "));
            add(&[option, value], expected);
        }
    }
    for option in valued {
        add(&[option], &format!("a value is required for '{option} "));
        add(&[option, "1", option, "1"], &format!("'{option} "));
    }
    for option in switches {
        add(&[option, option], &format!("the argument '{option}' cannot be used multiple times"));
        add(&[&format!("{option}=yes")], &format!("unexpected value 'yes' for '{option}'"));
        let misspelled = format!("{option}x");
        add(&[&misspelled], &format!("unexpected argument '{misspelled}'"));
        add(&[&misspelled], &format!("a similar argument exists: '{option}'"));
    }
    add(&["--port", "0", "exec", "--", "true"], "the subcommand 'exec' cannot be used with '--port");
    add(&["exec", "--port", "x", "--", "true"], "invalid value 'x' for '--port");
    add(&["exec"], "<COMMAND>");
    add(&["init", "--force", "--force"], "'--force' cannot be used multiple times");
    add(&["init", "a", "b"], "unexpected argument 'b'");
    for (arguments, expected) in wrong {
        let (code, stdout, stderr) = ended(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(&expected), "{arguments:?}: {expected}: {stderr}");
    }
}

/// The settings of this project's libraries are often in the environment of an emulator, which ignores them.
#[test]
fn no_environment_variable_changes_the_emulator() {
    let mut command = command(&["--port", "0"]);
    for name in [
        "CLEVER_BASE_URL",
        "CLEVER_ISSUER",
        "CLEVER_CLIENT_ID",
        "PORT",
        "HTTP_PROXY",
        "http_proxy",
        "RUST_LOG",
    ] {
        command.env(name, "http://127.0.0.1:1");
    }
    let mut running = Running(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(http::send(line.trim(), "GET", "/healthz", &[], b"").status, 200);
}

#[test]
fn an_address_is_accepted_in_every_usual_form() {
    for (written, host) in [("localhost", "127.0.0.1"), ("[::1]", "[::1]"), ("::1", "[::1]")] {
        let (_running, line) = start(&["--listen", written]);
        assert!(line.starts_with(&format!("http://{host}:")), "{line}");
    }
    for written in ["127.0.0.1:80", "clever", "[127.0.0.1", ""] {
        let (code, _, stderr) = ended(&["--listen", written]);
        assert_eq!(code, Some(2), "{written}");
        assert!(stderr.contains("it must be an IP address without a port"), "{stderr}");
    }
}

#[test]
fn a_seed_on_the_command_line_makes_the_run_repeatable() {
    let location = || {
        let (_running, line) = start(&["--seed", "7", "--auto-login", "ada"]);
        let built_in = clever_emulator::App::built_in();
        let target = format!("/oauth/instant-login?client_id={}", built_in.client_id());
        http::send(line.trim(), "GET", &target, &[], b"").location().to_owned()
    };
    assert_eq!(location(), location());
}

#[test]
fn basic_only_on_the_command_line_is_announced_to_clients() {
    let methods = |arguments: &[&str]| {
        let (_running, line) = start(arguments);
        let metadata = http::send(line.trim(), "GET", "/.well-known/openid-configuration", &[], b"").json();
        metadata["token_endpoint_auth_methods_supported"].as_array().unwrap().len()
    };
    assert_eq!((methods(&["--basic-only"]), methods(&[])), (1, 2));
}

#[test]
fn unknown_options_also_end_with_exit_code_2() {
    for arguments in [&["--nonsense"][..], &["--port", "65536"], &["stray"]] {
        assert_eq!(ended(arguments).0, Some(2), "{arguments:?}");
    }
}

#[test]
fn the_help_names_the_people_and_shows_an_example() {
    for option in ["-h", "--help"] {
        let (code, help, _) = ended(&[option]);
        assert_eq!(code, Some(0));
        for expected in [
            "Example:",
            "--auto-login",
            "ada",
            "noor",
            "jose",
            "grace",
            "sam",
            "olga",
            "dana",
            "maria",
            "lou",
        ] {
            assert!(help.contains(expected), "{expected}");
        }
    }
}

/// The write end of a pipe that no one reads.
fn closed() -> io::PipeWriter {
    io::pipe().unwrap().1
}

#[test]
fn the_emulator_keeps_running_with_a_closed_standard_output_or_error() {
    let mut without_stdout = Running(command(&[]).stdout(closed()).spawn().unwrap());
    let mut hints = BufReader::new(without_stdout.0.stderr.take().unwrap());
    let mut hint = String::new();
    while !hint.starts_with("The desk") {
        hint.clear();
        assert!(hints.read_line(&mut hint).unwrap() > 0, "the hints don't name the desk");
    }
    let desk = hint.trim().rsplit_once(' ').unwrap().1;
    let without_stderr = Running(command(&[]).stderr(closed()).spawn().unwrap());
    assert_serves(without_stdout, desk.strip_suffix("/_emulator/").unwrap());
    let mut running = without_stderr;
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_serves(running, line.trim());
}

fn assert_serves(mut running: Running, base_url: &str) {
    // The signature needs the key, which is created after all output was written.
    assert_eq!(http::send(base_url, "GET", "/oauth/certs", &[], b"").status, 200);
    assert!(running.0.try_wait().unwrap().is_none());
}
