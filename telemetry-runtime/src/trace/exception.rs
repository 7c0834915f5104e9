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

use super::panics::last_since;
use super::passing::passes_through;
use super::queue::Finished;
use super::record::{Content, Record};
use super::settings::SpanLimits;
use super::target::Target;
use crate::call::CallEnd;
use crate::clock::Moment;
use crate::outcome::{ErrorInfo, Outcome};

/// Writes the end of a call on its span, and queues the span. `alone` says that nobody else can be writing to it.
pub(super) fn end(record: Record, end: &mut CallEnd, alone: bool) {
    record.close(alone);
    match end.outcome() {
        Outcome::Ok => {
            if let Some(expected) = end.error() {
                set(&record, "error.type", Value::String(expected.error_type().into()));
            }
        }
        Outcome::Cancelled => set(&record, "outcome", Value::String(Outcome::Cancelled.as_str().into())),
        Outcome::Error | Outcome::Panic => fail(&record, end),
    }
    queue(record, end.ended(), end.outcome());
}

/// The same for a call of which there is nothing to write.
#[inline]
pub(super) fn end_ok(record: Record, ended: Moment, alone: bool) {
    record.close(alone);
    queue(record, ended, Outcome::Ok);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "most calls end here, and have nothing else to do")]
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
fn fail(record: &Record, end: &mut CallEnd) {
    let failure = match end.outcome() {
        Outcome::Panic => Some(Failure::of_panic(record)),
        _ => end.take_error().map(|error| Failure::of_error(*error)),
    };
    let Some(mut failure) = failure else { return };
    failure.at = end.ended();
    failure.has_event = failure.is_first_seen_in(record) && record.recorder.exception_events;
    record.content().failure = Some(Box::new(failure));
}

/// Records an error by hand, on a span that goes on.
pub(super) fn record(span: &Target<'_>, error: ErrorInfo) {
    let mut failure = Failure::of_error(error);
    failure.at = Moment::now();
    if span.recorder().is_none_or(|recorder| recorder.exception_events)
        && let Some(event) = failure.event()
    {
        span.add_event(event.name, Some(event.timestamp), event.attributes);
    }
    span.set_attribute(KeyValue::new("error.type", failure.kind));
    span.set_status(Status::error(failure.message.unwrap_or_default()));
}

/// Whether user code has recorded the same failure by hand before it returned it.
fn is_told(content: &Content, event: &Event) -> bool {
    content.events.iter().any(|told| told.name == event.name && told.attributes == event.attributes)
}

fn set(record: &Record, key: &'static str, value: Value) {
    record.content().set_attribute(KeyValue::new(key, value), record.limits());
}

/// How a call failed, in the words of its exception event.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// `error.type`
    kind: &'static str,
    /// `exception.type`; `None` where nothing was thrown that could be told of.
    exception: Option<&'static str>,
    message: Option<String>,
    trace: Option<String>,
    at: Moment,
    /// Whether there is to be an event.
    has_event: bool,
}

impl Failure {
    fn of_error(error: ErrorInfo) -> Self {
        let (kind, exception) = (error.error_type(), error.type_name());
        let (message, chain) = error.into_texts().map(|texts| (texts.message, texts.chain)).unzip();
        let trace = chain.filter(|chain| !chain.is_empty());
        Self { kind, exception, message, trace, at: Moment::NONE, has_event: false }
    }

    fn of_panic(record: &Record) -> Self {
        let last = last_since(record.started);
        let (message, place) = last.map(|last| (last.message, last.place)).unzip();
        Self {
            kind: "panic",
            exception: Some("panic"),
            message: message.filter(|_| record.recorder.error_texts),
            trace: place.filter(|place| !place.is_empty()).map(|place| format!("panicked at {place}")),
            at: Moment::NONE,
            has_event: false,
        }
    }

    /// Writes it on its span.
    pub(super) fn write(self, content: &mut Content, limits: &SpanLimits) {
        if self.has_event
            && let Some(event) = self.event()
            && !is_told(content, &event)
        {
            content.add_event(event, limits);
        }
        content.set_attribute(KeyValue::new("error.type", self.kind), limits);
        content.set_status(Status::error(self.message.unwrap_or_default()));
    }

    fn event(&self) -> Option<Event> {
        let mut attributes = vec![KeyValue::new("exception.type", self.exception?)];
        let texts = [("exception.message", &self.message), ("exception.stacktrace", &self.trace)];
        for (key, text) in texts {
            if let Some(text) = text {
                attributes.push(KeyValue::new(key, StringValue::from(text.clone())));
            }
        }
        Some(Event::new("exception", self.at.to_system_time(), attributes, 0))
    }

    /// Whether no child has recorded the same failure, which is then only passing through here.
    fn is_first_seen_in(&self, record: &Record) -> bool {
        self.exception.is_some_and(|exception| !passes_through(record, exception, self.message.as_deref()))
    }
}
