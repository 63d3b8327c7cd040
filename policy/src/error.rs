//! What is wrong with a policy, and where.

use crate::secret::shown_path;
use doorward_core::Reason;
use std::fmt;
use std::path::{Path, PathBuf};

/// A policy that cannot be used: where, and what to write instead. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    reason: Reason,
    message: String,
    path: String,
    position: Option<Position>,
    file: Option<PathBuf>,
}

/// A place in a document, both numbers counted from 1; the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Position {
    /// The place of a byte offset in a text.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
        }
    }
}

impl PolicyError {
    pub(crate) fn new(reason: Reason, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), path: path.into(), position: None, file: None }
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.position.get_or_insert(position);
        self
    }

    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        self.file.get_or_insert_with(|| file.to_owned());
        self
    }

    /// The reason of the 1xxx family.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// What is wrong, in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The key's path, such as `jwt.key[0].secret_file`; empty where no key is to blame.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The place in the document, if it could be read so far.
    #[must_use]
    pub const fn position(&self) -> Option<Position> {
        self.position
    }

    /// The document's file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", shown_path(file))?;
        }
        if let Some(Position { line, column }) = self.position {
            write!(f, "{line}:{column}:")?;
        }
        if self.file.is_some() || self.position.is_some() {
            f.write_str(" ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path.escape_debug())?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyError {}

/// Something that works and should not stay so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The key's path.
    pub path: String,
    /// What to mend.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}
