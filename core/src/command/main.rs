//! The command `clever-sso`: checks the setup that environment variables describe.

use std::ffi::OsStr;
use std::io::{IsTerminal as _, Write as _, stdout};
use std::process::ExitCode;

use clever_sso::blocking::doctor_of_environment;
use clever_sso::{Finding, Level, Report};

const HELP: &str = "\
Usage: clever-sso doctor [--json]

Checks a setup of Log in with Clever, and says what is wrong and what to do: settings, network, TLS, clock, keys, credentials and
redirect URIs. It logs no one in, and takes at most 15 seconds.

The settings come from environment variables, such as CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET and CLEVER_REDIRECT_URI.

Options:
  --json     one JSON object instead of text
  --help     show this
  --version  show the version

Exit code: 0 everything is ok, 1 warnings, 2 problems, 64 wrong arguments.
";

/// The width of the report, in columns.
const COLUMNS: usize = 80;
/// The width of a finding's level and the space after it. The line with the advice is indented by this.
const MARGIN: usize = 9;
/// The exit code for wrong arguments, from sysexits.h: 2 already means a problem with the setup.
const USAGE: u8 = 64;

#[expect(clippy::disallowed_methods, reason = "these arguments are this program's own")]
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

fn doctor(as_json: bool) -> ExitCode {
    // tokio panics in a process that may open only a few files.
    std::panic::set_hook(Box::new(|_| {}));
    match std::panic::catch_unwind(|| doctor_of_environment(None)).unwrap_or_else(|_| Ok(unable())) {
        Ok(report) if as_json => said(&format!("{}\n", report.to_json()), report.exit_code()),
        Ok(report) => {
            let to_terminal = stdout().is_terminal();
            let text = report.to_text(to_terminal && may_have_colors());
            said(&if to_terminal { wrapped(&text, COLUMNS) } else { text }, report.exit_code())
        }
        Err(error) => said(&format!("{error}\n"), 2),
    }
}

/// Whether the environment lets a terminal have colors: `NO_COLOR` (<https://no-color.org>) and `TERM=dumb` forbid them.
#[expect(clippy::disallowed_methods, reason = "they are about this program's own output")]
fn may_have_colors() -> bool {
    let is_set = |name, check: fn(&OsStr) -> bool| std::env::var_os(name).is_some_and(|value| check(&value));
    !is_set("NO_COLOR", |value| !value.is_empty()) && !is_set("TERM", |value| value == "dumb")
}

/// The report when the doctor itself cannot run.
fn unable() -> Report {
    let mut report = Report::default();
    let found = "the doctor cannot run here: this process may open too few files, or has another limit";
    report.push(Finding::new(
        "process",
        Level::Problem,
        found,
        Some("raise the limit (ulimit -n, LimitNOFILE of systemd)"),
    ));
    report
}

/// The text with lines broken between words. Continuation lines are indented like the finding.
fn wrapped(text: &str, columns: usize) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        // Color codes have no width.
        let colors = if line.starts_with('\x1b') {
            line.find('m').map_or(0, |end| end + 1) + "\x1b[0m".len()
        } else {
            0
        };
        let (margin, found) = line.split_at_checked(MARGIN + colors).unwrap_or((line, ""));
        wrapped.push_str(margin);
        let mut column = MARGIN;
        for (index, word) in found.split(' ').enumerate() {
            let length = word.chars().count();
            if index > 0 && column + 1 + length > columns {
                wrapped.extend(["\n", &" ".repeat(MARGIN)]);
                column = MARGIN;
            } else if index > 0 {
                wrapped.push(' ');
                column += 1;
            }
            wrapped.push_str(word);
            column += length;
        }
        wrapped.push('\n');
    }
    wrapped
}

/// Prints the text. A reader that has gone away must not cause a panic.
fn said(text: &str, code: u8) -> ExitCode {
    let _ = stdout().write_all(text.as_bytes());
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_a_terminal_are_wrapped_between_words_and_indented() {
        let text =
            "ok       a: one two three\n         what to do: ä four\nwarning  b: indivisible-and-long\n";
        let narrow = "ok       a: one\n         two\n         three\n         what to\n         do: ä\n         four\n\
                      warning  b:\n         indivisible-and-long\n";
        assert_eq!(wrapped(text, 16), narrow);
        assert_eq!(wrapped(text, 80), text);
        let colored = "\x1b[1;31mproblem \x1b[0m a: one two\n";
        assert_eq!(wrapped(colored, 15), "\x1b[1;31mproblem \x1b[0m a: one\n         two\n");
        assert_eq!(wrapped(colored, 80), colored);
    }
}
