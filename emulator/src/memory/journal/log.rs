//! With `--log`: each request as a line on standard error, the same that the journal holds. No value of a parameter and no
//! secret stands in it.

use std::io::{self, Write as _};

use crate::clock::time_of_day;
use crate::memory::journal::Note;

/// Writes the note. Nobody may be reading there, and that is no reason to stop.
pub(crate) fn write(note: &Note) {
    let _ = io::stderr().write_all(format!("{}\n", line(note)).as_bytes());
}

fn line(note: &Note) -> String {
    let parameters = match note.parameters.as_slice() {
        [] => String::new(),
        names => format!(" ({})", names.join(", ")),
    };
    let authorization = note.authorization.map(|shown| format!(" {shown}")).unwrap_or_default();
    let Note { time, method, path, status, explanation, .. } = note;
    let line = format!(
        "{} {method} {path}{parameters}{authorization} -> {status}: {explanation}",
        time_of_day(*time)
    );
    // What is known of an app may hold a line break, and one request is one line.
    line.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_line() {
        let note = Note {
            number: 1,
            time: 1_700_000_000,
            method: "POST".into(),
            path: "/oauth/tokens".into(),
            parameters: vec!["code".into(), "grant_type".into()],
            authorization: Some("Basic (masked)"),
            status: 400,
            explanation: "two\nlines\u{1b}[0m".into(),
        };
        let expected =
            "22:13:20 UTC POST /oauth/tokens (code, grant_type) Basic (masked) -> 400: two lines [0m";
        assert_eq!(line(&note), expected);
    }
}
