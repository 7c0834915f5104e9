//! How the end of a call shows on its span.
//!
//! | outcome | status | on the span |
//! |---|---|---|
//! | ok | as user code left it, else `Unset` | |
//! | ok, by an expected error | as user code left it, else `Unset` | `error.type` |
//! | error | `Error` with the error's text | `error.type`, event `exception` |
//! | error, by a `None` | `Error` without a text | `error.type="none"` |
//! | panic | `Error` with the panic's text | `error.type="panic"`, event `exception` |
//! | cancelled | `Unset` | `outcome="cancelled"` |
//!
//! The event has `exception.type`, `exception.message` and, in `exception.stacktrace`, the chain of sources (one line
//! each, the error itself first) or the place of the panic: Rust's errors carry no trace of the stack, and this is
//! what tells a reader where it came from. Without texts of errors the message and the chain stay out.

use opentelemetry::trace::{Event, Status};
use opentelemetry::{KeyValue, Value};

use super::content::Content;
use super::panics::panic_since;
use super::passing::passes_through;
use super::queue::Finished;
use super::record::{Head, Record};
use super::target::Target;
use crate::call::CallEnd;
use crate::clock::Moment;
use crate::outcome::{ErrorInfo, Outcome};

/// The name of the event that tells of an error or panic.
pub(crate) const EXCEPTION: &str = "exception";

/// Writes the end of a call on its span, and queues the span. `alone` says that nobody else can be writing to it.
pub(super) fn end(mut record: Record, end: &mut CallEnd, alone: bool) {
    record.close(alone);
    match end.outcome() {
        Outcome::Ok => {
            if let Some(expected) = end.error() {
                set(&record, "error.type", Value::String(expected.error_type().into()));
            }
        }
        Outcome::Cancelled => set(&record, "outcome", Value::String(Outcome::Cancelled.as_str().into())),
        Outcome::Error | Outcome::Panic => fail(&mut record, end),
    }
    queue(record, end.ended(), end.outcome());
}

/// The same for a call of which there is nothing to write.
#[inline(always)]
#[expect(clippy::inline_always, reason = "most calls end here, and have nothing else to do")]
pub(super) fn end_ok(record: Record, ended: Moment, alone: bool) {
    record.close(alone);
    queue(record, ended, Outcome::Ok);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "all of its callers are one function for all spans")]
fn queue(mut record: Record, ended: Moment, outcome: Outcome) {
    record.end(ended, outcome);
    let recorder = record.recorder;
    if let Some(processors) = &recorder.processors {
        processors.ended(&record);
    }
    if recorder.exports && record.flags.is_sampled() {
        recorder.queue.push(Finished::Ours(record));
    }
}

/// Notes a failure; what becomes of it is the work of whoever reads the span ([`Failure::write`]).
#[cold]
fn fail(record: &mut Record, end: &mut CallEnd) {
    if end.outcome() == Outcome::Panic {
        end.classify(panic_since(record.started, record.recorder.error_texts));
    }
    let Some(error) = end.error() else { return };
    let has_event = record.recorder.exception_events && is_first_seen(record, error);
    // Not before, so that the error is moved once.
    *record.failure_mut() = end.take_error().map(|error| Failure { error, has_event });
}

/// Whether something was thrown of which no child has told, through which it then only passes.
fn is_first_seen(record: &Record, error: &ErrorInfo) -> bool {
    error.type_name().is_some_and(|exception| !passes_through(record, exception, error.message()))
}

/// Records an error by hand, on a span that goes on.
pub(super) fn record(span: &Target<'_>, error: ErrorInfo) {
    if span.recorder().is_none_or(|recorder| recorder.exception_events)
        && let Some(attributes) = attributes_of(&error)
    {
        span.add_event(EXCEPTION.into(), Some(Moment::now().to_system_time()), attributes);
    }
    span.set_attribute(KeyValue::new("error.type", error.error_type()));
    span.set_status(status_of(error));
}

/// The attributes of the event that tells of an error or panic; `None` where nothing was thrown that could be told of.
pub(crate) fn attributes_of(error: &ErrorInfo) -> Option<Vec<KeyValue>> {
    let mut attributes = vec![KeyValue::new("exception.type", error.type_name()?)];
    let texts = [("exception.message", error.message()), ("exception.stacktrace", error.trace())];
    let texts = texts.into_iter().filter_map(|(key, text)| Some(KeyValue::new(key, text?.to_owned())));
    attributes.extend(texts);
    Some(attributes)
}

fn status_of(error: ErrorInfo) -> Status {
    Status::error(error.into_message().unwrap_or_default())
}

/// Whether user code has recorded the same failure by hand before it returned it.
fn is_told(content: &Content, attributes: &[KeyValue]) -> bool {
    content.events().iter().any(|told| told.name == EXCEPTION && told.attributes == attributes)
}

fn set(record: &Record, key: &'static str, value: Value) {
    record.content().set_attribute(KeyValue::new(key, value), record.limits());
}

/// How a call failed, which it did when it ended.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    error: ErrorInfo,
    /// Whether there is to be an event.
    has_event: bool,
}

impl Failure {
    /// Writes it on its span.
    pub(super) fn write(self, content: &mut Content, record: &Head) {
        let limits = record.limits();
        if self.has_event
            && let Some((ended, _)) = record.end()
            && let Some(attributes) = attributes_of(&self.error)
            && !is_told(content, &attributes)
        {
            content.add_event(Event::new(EXCEPTION, ended.to_system_time(), attributes, 0), limits);
        }
        content.set_attribute(KeyValue::new("error.type", self.error.error_type()), limits);
        content.set_status(status_of(self.error));
    }
}
