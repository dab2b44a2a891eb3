//! Why a text is not a valid world: the file, the line, and what would be right.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::apps::AppError;

/// Why a world cannot be used. Its text is one line: file, line and reason, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldError {
    file: Option<PathBuf>,
    line: Option<usize>,
    reason: String,
}

impl WorldError {
    /// The line of the text, counted from 1; none if the file cannot be read.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong, as a sentence.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Something is wrong in this line.
    pub(super) fn at(line: usize, reason: impl Into<String>) -> Self {
        Self { file: None, line: Some(line), reason: reason.into() }
    }

    /// The text came from this file.
    pub(super) fn in_file(mut self, path: &Path) -> Self {
        self.file = Some(path.to_owned());
        self
    }

    /// The file cannot be read.
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        let reason =
            format!("the file cannot be read ({error}); clever-emulator init writes one to start from.");
        Self { file: Some(path.to_owned()), line: None, reason }
    }

    /// The file is too large to read.
    pub(super) fn too_large(path: &Path, largest: usize) -> Self {
        let reason = format!("the file is larger than {} MiB.", largest / 1024 / 1024);
        Self { file: Some(path.to_owned()), line: None, reason }
    }
}

impl fmt::Display for WorldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(formatter, "{}:{line}: ", file.display())?,
            (Some(file), None) => write!(formatter, "{}: ", file.display())?,
            (None, Some(line)) => write!(formatter, "line {line}: ")?,
            (None, None) => (),
        }
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for WorldError {}

/// Why an emulator cannot use a world with these apps.
#[derive(Debug)]
pub(crate) enum LoadError {
    World(WorldError),
    App(AppError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::World(error) => error.fmt(formatter),
            Self::App(error) => error.fmt(formatter),
        }
    }
}

impl From<WorldError> for LoadError {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

impl From<AppError> for LoadError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}
