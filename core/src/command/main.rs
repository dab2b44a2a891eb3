//! The command `clever-sso`: checks the setup that environment variables describe.

use std::io::{IsTerminal as _, Write as _, stdout};
use std::process::ExitCode;

use clever_sso::blocking::doctor_of_environment;

const HELP: &str = "\
Usage: clever-sso doctor [--json]

Checks a setup of Log in with Clever, and says what is wrong and what to do: settings, network, TLS, clock, keys, credentials and
redirect URIs. It logs nobody in, and takes at most 15 seconds.

The settings come from environment variables, such as CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET and CLEVER_REDIRECT_URI.

Options:
  --json     one JSON object instead of text
  --help     show this
  --version  show the version

Exit code: 0 everything is ok, 1 warnings, 2 problems, 64 wrong arguments.
";

/// As sysexits.h has it: 2 is a problem of the setup.
const USAGE: u8 = 64;

#[expect(clippy::disallowed_methods, reason = "they are this program's own")]
fn main() -> ExitCode {
    let arguments: Vec<_> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["doctor"] => doctor(false),
        ["doctor", "--json"] => doctor(true),
        ["--help" | "-h" | "help"] | ["doctor", "--help" | "-h"] => said(HELP, 0),
        ["--version" | "-V"] => said(concat!("clever-sso ", env!("CARGO_PKG_VERSION"), "\n"), 0),
        _ => {
            let _ = std::io::stderr().write_all(HELP.as_bytes());
            ExitCode::from(USAGE)
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "https://no-color.org")]
fn doctor(as_json: bool) -> ExitCode {
    match doctor_of_environment(None) {
        Ok(report) if as_json => said(&format!("{}\n", report.to_json()), report.exit_code()),
        Ok(report) => {
            let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            said(&report.to_text(stdout().is_terminal() && !no_color), report.exit_code())
        }
        Err(error) => said(&format!("{error}\n"), 2),
    }
}

/// A reader that went away is no reason to panic.
fn said(text: &str, code: u8) -> ExitCode {
    let _ = stdout().write_all(text.as_bytes());
    ExitCode::from(code)
}
