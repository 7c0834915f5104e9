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
use opentelemetry::{KeyValue, StringValue, Value};

use super::content::Content;
use super::panics::last_since;
use super::passing::passes_through;
use super::queue::Finished;
use super::record::{Head, Record};
use super::target::Target;
use crate::call::CallEnd;
use crate::clock::Moment;
use crate::outcome::{ErrorInfo, Outcome};

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
    let cause = match end.outcome() {
        Outcome::Panic => Some(Cause::panic(record)),
        _ => end.take_error().map(Cause::Error),
    };
    let Some(cause) = cause else { return };
    let has_event = cause.is_first_seen_in(record) && record.recorder.exception_events;
    *record.failure_mut() = Some(Failure { cause, has_event });
}

/// Records an error by hand, on a span that goes on.
pub(super) fn record(span: &Target<'_>, error: ErrorInfo) {
    let cause = Cause::Error(error);
    if span.recorder().is_none_or(|recorder| recorder.exception_events)
        && let Some(event) = cause.event(Moment::now())
    {
        span.add_event(event.name, Some(event.timestamp), event.attributes);
    }
    span.set_attribute(KeyValue::new("error.type", cause.kind()));
    span.set_status(cause.into_status());
}

/// Whether user code has recorded the same failure by hand before it returned it.
fn is_told(content: &Content, event: &Event) -> bool {
    content.events().iter().any(|told| told.name == event.name && told.attributes == event.attributes)
}

fn set(record: &Record, key: &'static str, value: Value) {
    record.content().set_attribute(KeyValue::new(key, value), record.limits());
}

/// How a call failed, which it did when it ended.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    cause: Cause,
    /// Whether there is to be an event.
    has_event: bool,
}

impl Failure {
    /// Writes it on its span.
    pub(super) fn write(self, content: &mut Content, record: &Head) {
        let limits = record.limits();
        if self.has_event
            && let Some((ended, _)) = record.end()
            && let Some(event) = self.cause.event(ended)
            && !is_told(content, &event)
        {
            content.add_event(event, limits);
        }
        content.set_attribute(KeyValue::new("error.type", self.cause.kind()), limits);
        content.set_status(self.cause.into_status());
    }
}

/// Why a call failed.
#[derive(Clone, Debug)]
enum Cause {
    Error(ErrorInfo),
    /// With its text, if that may be recorded, and its place.
    Panic(Option<String>, Option<String>),
}

impl Cause {
    fn panic(record: &Record) -> Self {
        let last = last_since(record.started);
        let (message, place) = last.map(|last| (last.message, last.place)).unzip();
        let place = place.filter(|place| !place.is_empty()).map(|place| format!("panicked at {place}"));
        Self::Panic(message.filter(|_| record.recorder.error_texts), place)
    }

    /// `error.type`
    fn kind(&self) -> &'static str {
        match self {
            Self::Error(error) => error.error_type(),
            Self::Panic(..) => "panic",
        }
    }

    /// `exception.type`; `None` where nothing was thrown that could be told of.
    fn exception(&self) -> Option<&'static str> {
        match self {
            Self::Error(error) => error.type_name(),
            Self::Panic(..) => Some("panic"),
        }
    }

    /// `exception.message`
    fn message(&self) -> Option<&str> {
        match self {
            Self::Error(error) => error.message(),
            Self::Panic(message, _) => message.as_deref(),
        }
    }

    /// `exception.stacktrace`
    fn trace(&self) -> Option<&str> {
        match self {
            Self::Error(error) => error.texts()?.chain.as_deref(),
            Self::Panic(_, place) => place.as_deref(),
        }
    }

    fn into_status(self) -> Status {
        let message = match self {
            Self::Error(error) => error.into_texts().map(|texts| texts.message),
            Self::Panic(message, _) => message,
        };
        Status::error(message.unwrap_or_default())
    }

    fn event(&self, at: Moment) -> Option<Event> {
        let mut attributes = vec![KeyValue::new("exception.type", self.exception()?)];
        let texts = [("exception.message", self.message()), ("exception.stacktrace", self.trace())];
        for (key, text) in texts {
            if let Some(text) = text {
                attributes.push(KeyValue::new(key, StringValue::from(text.to_owned())));
            }
        }
        Some(Event::new("exception", at.to_system_time(), attributes, 0))
    }

    /// Whether no child has recorded the same failure, which is then only passing through here.
    fn is_first_seen_in(&self, record: &Record) -> bool {
        self.exception().is_some_and(|exception| !passes_through(record, exception, self.message()))
    }
}
