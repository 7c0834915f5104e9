//! The tree that every source of configuration is read into: values that know where they were written.

use std::fmt;
use std::sync::Arc;

/// Where a value or a key was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// A place in a file; line and column count from 1.
    File { name: Arc<str>, line: usize, column: usize },
    /// An environment variable.
    Variable(Arc<str>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line, column } => write!(f, "{name}:{line}:{column}"),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// A value and its origin.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) origin: Origin,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    /// The place of the key; the value has its own.
    pub(super) origin: Origin,
    pub(super) value: Node,
}

/// A scalar as text: its type is decided by the key that reads it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub(super) text: String,
    /// Written without quotes; only then can it be `null`.
    pub(super) plain: bool,
    /// What the file says where that is not the value itself: `${TOKEN}`, `$file: token.txt`. Messages show this text,
    /// because a substituted value may be a secret.
    pub(super) written: Option<String>,
}

impl Node {
    /// Whether this is `null`, the explicit absence of a value.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(Scalar { text, plain: true, .. })
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }
}

/// The entry of `key`.
pub(super) fn entry<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.key == key)
}
