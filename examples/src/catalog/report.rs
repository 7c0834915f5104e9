//! What is told about a document: a file, a place in it, and a sentence.

use std::fmt;
use std::path::PathBuf;

use super::yaml::Position;

/// One line for whoever maintains the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Report {
    pub file: PathBuf,
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Report {
    pub fn new(file: impl Into<PathBuf>, position: Position, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: position.line, column: position.column, message: message.into() }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file.display(), self.line, self.column, self.message)
    }
}
