//! What reading the configuration finds wrong: problems stop the start, notices do not.

use std::cell::RefCell;
use std::fmt;

use super::node::Origin;
use crate::error::{Error, ErrorKind};

/// Something in the configuration that has no effect or was replaced by a default, and that somebody should know.
///
/// It names the file and place or the variable, and never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice(String);

impl Notice {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Collects everything that is wrong, so that one start reports all of it.
#[derive(Debug, Default)]
pub(super) struct Problems {
    errors: RefCell<Vec<(Option<Origin>, String)>>,
    notices: RefCell<Vec<Notice>>,
}

impl Problems {
    /// A mistake at a place that is not under a key, such as wrong YAML.
    pub(super) fn error_at(&self, origin: &Origin, text: &str) {
        let text = format!("{origin}: {text}");
        self.errors.borrow_mut().push((Some(origin.clone()), text));
    }

    /// A mistake that concerns a whole file.
    pub(super) fn error_in(&self, file: &str, text: &str) {
        self.errors.borrow_mut().push((None, format!("{file}: {text}")));
    }

    pub(super) fn notice(&self, text: impl Into<String>) {
        self.notices.borrow_mut().push(Notice::new(text));
    }

    /// The notices, or all mistakes as one error, in the order of the file.
    pub(super) fn finish(self) -> Result<Vec<Notice>, Error> {
        let mut errors = self.errors.into_inner();
        if errors.is_empty() {
            return Ok(self.notices.into_inner());
        }
        errors.sort_by(|a, b| a.0.cmp(&b.0));
        let lines: Vec<String> = errors.into_iter().map(|(_, text)| text).collect();
        Err(Error::new(ErrorKind::Config, lines.join("\n")))
    }
}

/// A value as messages show it: in quotes, on one line, not longer than a line can hold.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start:?} and more")
}
