//! The texts for a newcomer: the first start of the binary, and the usual mistakes.

use std::fs;
use std::io::{BufRead as _, BufReader};

use crate::binary::{ended, start};

/// The one line on standard error, with exit code 2.
#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let (code, stdout, stderr) = ended(arguments);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
    stderr
}

#[test]
fn a_second_emulator_on_the_same_port_says_what_to_do() {
    let (_first, base_url) = start(&[]);
    let port = base_url.trim().rsplit_once(':').unwrap().1;
    let stderr = refused(&["--port", port]);
    for expected in [&format!("127.0.0.1:{port}")[..], "another program already listens", "--port 0"] {
        assert!(stderr.contains(expected), "{stderr}");
    }
    assert!(!stderr.contains("os error"), "{stderr}");
    let (_second, other) = start(&[]);
    assert_ne!(base_url, other, "without --port, each gets its own port");
}

#[test]
fn an_address_that_this_machine_does_not_have_is_named() {
    let stderr = refused(&["--listen", "192.0.2.1"]);
    assert!(stderr.contains("192.0.2.1") && stderr.contains("--listen 127.0.0.1"), "{stderr}");
}

#[test]
fn the_errors_for_misspelled_options_people_and_kinds_of_apps_name_the_most_similar_one() {
    let app = "my-app:my-secret:http://127.0.0.1:5000/cb";
    for (arguments, expected) in [
        (&["--auto-logn", "ada"][..], "--auto-login"),
        (&["--any_host"], "--any-host"),
        (&["--publik-url", "http://clever"], "--public-url"),
        (&["exce", "--", "true"], "exec"),
        (&["--auto-login", "adda"], "Did you mean ada?"),
        (&["--app", &format!("{app},oicd")], "did you mean ,oidc?"),
        (&["--app", &format!("{app},libary")], "did you mean ,library?"),
    ] {
        let stderr = refused(arguments);
        assert!(stderr.contains(expected) && !stderr.contains("my-secret"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn the_error_for_an_unreadable_world_file_names_it_with_the_reason_and_the_next_step() {
    let folder = std::env::temp_dir().join(format!("clever-emulator-newcomer-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let binary = folder.join("binary.toml");
    fs::write(&binary, b"\xff\xfe").unwrap();
    for file in [folder.join("nothing.toml"), folder.clone(), binary] {
        let stderr = refused(&["--world", file.to_str().unwrap()]);
        assert!(
            stderr.contains(file.to_str().unwrap()) && stderr.contains("clever-emulator init"),
            "{stderr}"
        );
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_first_lines_say_who_can_reach_the_emulator_and_whether_logins_are_automatic() {
    let first_lines = |arguments: &[&str]| {
        let (mut running, _) = start(arguments);
        let mut stderr = BufReader::new(running.0.stderr.take().unwrap());
        let mut lines = String::new();
        while !lines.contains("\n\n") && stderr.read_line(&mut lines).unwrap() > 0 {}
        lines
    };
    let plain = first_lines(&[]);
    assert!(plain.contains("Only this machine can reach it.") && plain.contains("/_emulator/"), "{plain}");
    assert!(!plain.contains("WARNING") && !plain.contains("No sign-in is needed"), "{plain}");
    let automatic = first_lines(&["--auto-login", "ada", "--any-host"]);
    assert!(automatic.contains("every login succeeds at once as ada"), "{automatic}");
    assert!(automatic.contains("WARNING: with --any-host"), "{automatic}");
}

#[test]
fn the_help_shows_every_option_and_command() {
    let (code, help, _) = ended(&["--help"]);
    assert_eq!(code, Some(0));
    for expected in
        ["--any-host", "--cors", "--log", "--listen", "--public-url", "exec", "init", "DNS rebinding"]
    {
        assert!(help.contains(expected), "{expected}");
    }
    let (code, help, _) = ended(&["exec", "--help"]);
    assert_eq!(code, Some(0));
    for expected in ["CLEVER_CLIENT_ID", "CLEVER_BASE_URL", "--auto-login", "COMMAND"] {
        assert!(help.contains(expected), "{expected}");
    }
}
