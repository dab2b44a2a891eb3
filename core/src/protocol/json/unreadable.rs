//! Why a signed document cannot be read.

use std::fmt;

/// The reason. It never quotes the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text is not one JSON object. Line and column are where the parser stopped.
    NotOneObject { line: usize, column: usize },
    /// This deciding member is repeated.
    Repeated(&'static str),
}

/// The end of a sentence that starts with the document's name.
impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => formatter.write_str("not UTF-8"),
            Self::NotOneObject { line, column } => {
                write!(formatter, "not one JSON object (line {line}, column {column})")
            }
            Self::Repeated(name) => write!(formatter, "ambiguous: {name} appears more than once"),
        }
    }
}
