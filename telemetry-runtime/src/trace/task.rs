//! The span of a future, which travels between threads with it.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use opentelemetry::{Context, KeyValue, Value};

use super::exception;
use super::guard::{Opened, open};
use super::parent::{Evaluated, Parent};
use super::record::Record;
use super::site::SpanSite;
use super::value::StartAttributes;
use crate::call::{CallEnd, CallPart, Items};
use crate::clock::Moment;
use crate::context::Attached;

/// The span of a future: current while the future is polled.
#[derive(Debug)]
#[must_use = "a span belongs to the call of a future"]
pub struct TaskSpan {
    context: Option<Context>,
    record: Option<Arc<Record>>,
}

impl TaskSpan {
    /// Starts a span.
    #[inline]
    pub fn start(site: &'static SpanSite, parent: Parent) -> Self {
        Self::from_opened(open(site, parent, |_| ()))
    }

    /// Starts a span with attributes, which are evaluated only if it is recorded.
    #[inline]
    pub fn start_with(
        site: &'static SpanSite,
        parent: Parent,
        attributes: impl FnOnce(&mut StartAttributes),
    ) -> Self {
        let mut attributes = Some(attributes);
        Self::from_opened(open(site, parent, |start| {
            if let Some(attributes) = attributes.take() {
                attributes(start);
            }
        }))
    }

    /// Starts a span with what was evaluated before.
    pub fn start_evaluated(site: &'static SpanSite, evaluated: Evaluated) -> Self {
        let Evaluated { parent, mut start } = evaluated;
        Self::from_opened(open(site, parent, |attributes| {
            if let Some(start) = start.take() {
                attributes.extend(*start);
            }
        }))
    }

    /// The context in which the span is current, or in which its parent's passes on; `None` where the current one does.
    pub(crate) fn context(&self) -> Option<&Context> {
        self.context.as_ref()
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.record.is_some()
    }

    #[inline]
    fn from_opened(opened: Opened) -> Self {
        let (context, record) = match opened {
            Opened::Off => (None, None),
            // The future may be polled elsewhere, where the parent's context is not current by itself.
            Opened::Passing(context) | Opened::Unsampled(context) => (Some(context), None),
            Opened::Recorded(context, record) => (Some(context), Some(record)),
        };
        Self { context, record }
    }
}

/// An instrumented future is as unwind-safe as its body: its span is finished once, whatever unwinds.
impl UnwindSafe for TaskSpan {}
impl RefUnwindSafe for TaskSpan {}

impl CallPart for TaskSpan {
    fn started(&self) -> Option<Moment> {
        self.record.as_ref().map(|record| record.started)
    }

    fn is_timed(&self) -> bool {
        self.record.is_some()
    }

    fn wants_texts(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.recorder.error_texts)
    }

    fn attach(&self) -> Attached {
        self.context.clone().map_or(Attached::NONE, Attached::new)
    }

    fn add_items(&self, items: &Items) {
        let Some(record) = &self.record else { return };
        record.write(|content, limits| {
            let count = i64::try_from(items.count).unwrap_or(i64::MAX);
            content.set_attribute(KeyValue::new("stream.items", count), limits);
            if let Some(first) = items.first {
                let seconds = Value::F64(first.seconds_since(record.started));
                content.set_attribute(KeyValue::new("stream.time_to_first_item", seconds), limits);
            }
        });
    }

    fn finish(&mut self, end: &CallEnd) {
        self.context = None;
        if let Some(record) = self.record.take() {
            exception::end(record, end);
        }
    }
}

impl Drop for TaskSpan {
    /// Ends a span that no call has ended: its future was dropped before the call was made.
    fn drop(&mut self) {
        if let Some(started) = self.started() {
            let end = CallEnd::now(started, false);
            self.finish(&end);
        }
    }
}
