//! How an instrumented call ended.

use std::error::Error;
use std::fmt::{self, Write as _};

use crate::context::provoke;

/// The one way in which an instrumented call ended (design: "Outcome, always and once").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It returned a value that is not an error.
    Ok,
    /// It returned an error.
    Error,
    /// It unwound.
    Panic,
    /// Its future was dropped before it finished.
    Cancelled,
}

impl Outcome {
    /// Every outcome, in the order of their declaration.
    pub const ALL: [Outcome; 4] = [Self::Ok, Self::Error, Self::Panic, Self::Cancelled];

    /// The value of the attribute `outcome`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) const fn ordinal(self) -> usize {
        self as usize
    }
}

/// What is known of an error that an instrumented call returned.
#[derive(Debug)]
pub struct ErrorInfo {
    type_name: &'static str,
    texts: Option<Box<ErrorTexts>>,
}

/// The texts of an error; they are made only where something records them.
#[derive(Debug)]
pub(crate) struct ErrorTexts {
    /// The error's own text.
    pub(crate) message: String,
    /// One line for the error and one for each source below it; empty where there is no source.
    pub(crate) chain: String,
}

impl ErrorInfo {
    /// An error of the type named, without its texts.
    pub(crate) fn new(type_name: &'static str) -> Self {
        Self { type_name, texts: None }
    }

    /// Adds the error's text and, where it has sources, the chain of them.
    pub(crate) fn with_texts(
        mut self,
        message: &dyn fmt::Display,
        source: Option<&(dyn Error + 'static)>,
    ) -> Self {
        let message = text_of(message);
        let chain = match source {
            Some(source) => chain_of(self.type_name, &message, source),
            None => String::new(),
        };
        self.texts = Some(Box::new(ErrorTexts { message, chain }));
        self
    }

    /// The value of `error.type`: the error's type with its path, which is the same for all errors of the type.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The error's text, if it was asked for: it costs an allocation, and a metric never shows it.
    pub fn message(&self) -> Option<&str> {
        self.texts.as_deref().map(|texts| texts.message.as_str())
    }

    pub(crate) fn texts(&self) -> Option<&ErrorTexts> {
        self.texts.as_deref()
    }
}

/// A chain longer than this is cut: it would be a cycle.
const MAX_SOURCES: usize = 64;

fn chain_of(type_name: &str, message: &str, source: &(dyn Error + 'static)) -> String {
    let mut chain = format!("{type_name}: {message}");
    let sources = std::iter::successors(Some(source), |&error| provoke(|| error.source()).flatten());
    for source in sources.take(MAX_SOURCES) {
        // Writing to a string cannot fail.
        let _ = write!(chain, "\ncaused by: {}", text_of(&source));
    }
    chain
}

/// The text of a value whose formatting belongs to the user, and may panic or fail; the call that returned it must
/// not notice.
pub(crate) fn text_of(value: &dyn fmt::Display) -> String {
    let mut text = String::new();
    match provoke(|| write!(text, "{value}")) {
        Some(Ok(())) => text,
        _ => "an error whose text cannot be formatted".to_owned(),
    }
}
