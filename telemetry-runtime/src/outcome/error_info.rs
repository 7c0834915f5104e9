//! What is known of an error that an instrumented call returned, or of its panic.

use std::error::Error;
use std::fmt;

use super::TelemetryError;
use super::texts::{chain_of, text_of};
use crate::context::provoke;

/// What is known of an error that an instrumented call returned, or of its panic.
#[derive(Clone, Debug)]
pub struct ErrorInfo {
    /// The error's type with its path; `None` for a `None`, which is no type's value.
    type_name: Option<&'static str>,
    class: Option<Class>,
    message: Option<String>,
    trace: Option<Box<str>>,
}

/// What an error says of itself.
#[derive(Clone, Copy, Debug)]
struct Class {
    error_type: &'static str,
    is_expected: bool,
}

impl ErrorInfo {
    /// An error of the type named, of which no more is known.
    pub(crate) fn new(type_name: &'static str) -> Self {
        Self { type_name: Some(type_name), class: None, message: None, trace: None }
    }

    /// An error that says more of itself. That code belongs to the user: if it panics, nothing more is known.
    pub(crate) fn classified(type_name: &'static str, error: &(dyn TelemetryError + '_)) -> Self {
        let class = provoke(|| Class { error_type: error.error_type(), is_expected: error.is_expected() });
        Self { class: class.filter(|class| !class.error_type.is_empty()), ..Self::new(type_name) }
    }

    /// An error of this kind, which is all that is known of its type.
    pub(crate) fn named(error_type: &'static str) -> Self {
        Self::new(error_type).of_kind(error_type)
    }

    /// The same error under this `error.type`.
    pub(crate) fn of_kind(mut self, error_type: &'static str) -> Self {
        self.class = Some(Class { error_type, is_expected: false });
        self
    }

    /// A `None` of a function for which that is an error.
    pub(crate) fn none() -> Self {
        Self { type_name: None, ..Self::named("none") }
    }

    /// A panic with its text, if that may be recorded, and its place.
    pub(crate) fn panic(message: Option<String>, place: Option<String>) -> Self {
        let place = place.filter(|place| !place.is_empty());
        let trace = place.map(|place| format!("panicked at {place}").into());
        Self { message, trace, ..Self::named("panic") }
    }

    /// Adds the error's text and, where it has sources, the chain of them.
    pub(crate) fn add_texts(&mut self, message: &dyn fmt::Display, source: Option<&(dyn Error + 'static)>) {
        let message = text_of(message);
        self.trace =
            source.map(|source| chain_of(self.type_name.unwrap_or_default(), &message, source).into());
        self.message = Some(message);
    }

    /// The error's type with its path, which is the same for all errors of the type.
    pub fn type_name(&self) -> Option<&'static str> {
        self.type_name
    }

    /// The value of `error.type`: what the error says of itself, else its type.
    pub fn error_type(&self) -> &'static str {
        self.bounded_type().or(self.type_name).unwrap_or_default()
    }

    /// The value of `error.type` if it is one of few, so that a metric may have it.
    pub fn bounded_type(&self) -> Option<&'static str> {
        self.class.map(|class| class.error_type)
    }

    /// Whether the call that returned it did not fail by it.
    pub fn is_expected(&self) -> bool {
        self.class.is_some_and(|class| class.is_expected)
    }

    /// The error's text, if it was asked for: it costs an allocation, and a metric never shows it.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The same, for whoever keeps it.
    pub(crate) fn into_message(self) -> Option<String> {
        self.message
    }

    /// Where it came from: one line for the error and one for each source below it, if it has one; the place of a panic.
    pub(crate) fn trace(&self) -> Option<&str> {
        self.trace.as_deref()
    }
}
