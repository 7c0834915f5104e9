//! What reading the configuration finds: problems stop the start, notices do not, and each value has a source.

use std::cell::RefCell;
use std::collections::BTreeMap;
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

/// Where a value in effect came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) origin: Origin,
    /// What the file says where that is not the value itself, such as `${TOKEN}`.
    pub(super) reference: Option<String>,
}

/// Collects everything that is found, so that one start reports all of it.
#[derive(Debug, Default)]
pub(super) struct Findings {
    errors: RefCell<Vec<(Option<Origin>, String)>>,
    notices: RefCell<Vec<Notice>>,
    sources: RefCell<BTreeMap<String, Source>>,
}

impl Findings {
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

    /// The value of the key `path` is the one from `source`.
    pub(super) fn found(&self, path: &str, source: Source) {
        self.sources.borrow_mut().insert(path.to_owned(), source);
    }

    /// Where the value of the key `path` came from; `None` for a default.
    pub(super) fn source(&self, path: &str) -> Option<Source> {
        self.sources.borrow().get(path).cloned()
    }

    /// Values below `from` were laid over the ones below `to`, and brought their sources along.
    pub(super) fn overlay(&self, from: &str, to: &str) {
        let moved = self.below(from, to);
        self.sources.borrow_mut().extend(moved);
    }

    /// As [`Findings::overlay`], but what stands below `to` already wins.
    pub(super) fn underlay(&self, from: &str, to: &str) {
        let moved = self.below(from, to);
        let mut sources = self.sources.borrow_mut();
        for (path, source) in moved {
            sources.entry(path).or_insert(source);
        }
    }

    /// The sources below `from`, with the paths that they have below `to`.
    fn below(&self, from: &str, to: &str) -> Vec<(String, Source)> {
        let sources = self.sources.borrow();
        let below = sources.iter().filter_map(|(path, source)| {
            let rest = path.strip_prefix(from)?;
            rest.starts_with('.').then(|| (format!("{to}{rest}"), source.clone()))
        });
        below.collect()
    }

    /// All mistakes so far, in the order of the files.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut errors = self.errors.borrow().clone();
        errors.sort_by(|a, b| a.0.cmp(&b.0));
        errors.into_iter().map(|(_, text)| text).collect()
    }

    pub(super) fn notices(&self) -> Vec<Notice> {
        self.notices.borrow().clone()
    }
}

/// All of `problems` as one error.
pub(super) fn refuse(problems: &[String]) -> Result<(), Error> {
    if problems.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::Config, problems.join("\n"))) }
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
