//! The tree that every source of configuration is read into: values that know where they were written.

use std::fmt;
use std::sync::Arc;

use super::findings::shown;

/// Where a value of the configuration was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// A place in a file; line and column count from 1.
    File {
        /// The path, as it was given.
        name: Arc<str>,
        /// The line.
        line: usize,
        /// The column, in characters.
        column: usize,
    },
    /// The environment variable of this name.
    Variable(Arc<str>),
    /// The program's own code.
    Code,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line, column } => write!(f, "{name}:{line}:{column}"),
            Self::Variable(name) => f.write_str(name),
            Self::Code => f.write_str("the program's code"),
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
    /// What stands here, as messages show it.
    pub(super) fn got(&self) -> String {
        match &self.value {
            Value::Sequence(_) => "a list".to_owned(),
            Value::Mapping(_) => "keys and values".to_owned(),
            Value::Scalar(Scalar { written: Some(written), .. }) => {
                format!("the value of {}", shown(written))
            }
            Value::Scalar(Scalar { text, .. }) => shown(text),
        }
    }

    /// Whether this is `null`, the explicit absence of a value.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(Scalar { text, plain: true, .. })
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }
}

impl Node {
    /// Makes `origin` the place of the whole tree.
    pub(super) fn relocate(&mut self, origin: &Origin) {
        self.origin = origin.clone();
        match &mut self.value {
            Value::Scalar(_) => {}
            Value::Sequence(nodes) => nodes.iter_mut().for_each(|node| node.relocate(origin)),
            Value::Mapping(entries) => entries.iter_mut().for_each(|entry| {
                entry.origin = origin.clone();
                entry.value.relocate(origin);
            }),
        }
    }

    /// What YAML's core schema takes a scalar without quotes for, where that is not a text.
    pub(super) fn core_type(&self) -> Option<&'static str> {
        let Value::Scalar(Scalar { text, plain: true, .. }) = &self.value else { return None };
        match text.as_str() {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Some("boolean"),
            text if is_number(text) => Some("number"),
            _ => None,
        }
    }
}

fn is_number(text: &str) -> bool {
    let digits = |rest: &str, radix| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix));
    if let Some(rest) = text.strip_prefix("0x") {
        return digits(rest, 16);
    }
    if let Some(rest) = text.strip_prefix("0o") {
        return digits(rest, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => true,
        ".nan" | ".NaN" | ".NAN" => unsigned.len() == text.len(),
        // Rust's numbers are YAML's, but for the names of infinity.
        _ => {
            unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && unsigned.parse::<f64>().is_ok()
        }
    }
}

/// The entry of `key`.
pub(super) fn entry<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.key == key)
}
