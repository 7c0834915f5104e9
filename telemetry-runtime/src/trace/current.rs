//! The current span, for code that did not start it.

use std::borrow::Cow;

use opentelemetry::trace::{SpanContext, Status, TraceContextExt};
use opentelemetry::{Context, Key, KeyValue};

use super::value::SpanValue;
use crate::context;

/// The span around this line: the innermost instrumented call, or third-party span, that is open here.
///
/// It works any number of calls below the instrumented function, and in async code. Without a span, or with one that
/// is not recorded, writing to it does nothing.
///
/// ```
/// telemetry_runtime::trace::span().set_attribute("catalog.entity.kind", "component");
/// ```
#[must_use]
pub fn span() -> CurrentSpan {
    CurrentSpan(context::current().unwrap_or_default())
}

/// A span that was current when [`span`] was called; it can be kept, and sent to other threads. After the span's end
/// writing to it does nothing.
#[derive(Clone, Debug)]
pub struct CurrentSpan(pub(super) Context);

impl CurrentSpan {
    /// Sets an attribute, in place of one with the same key. A `None` sets nothing.
    pub fn set_attribute(&self, key: impl Into<Key>, value: impl SpanValue) {
        let span = self.0.span();
        if span.is_recording()
            && let Some(value) = value.into_value()
        {
            span.set_attribute(KeyValue::new(key, value));
        }
    }

    /// Adds an event that happens now.
    pub fn add_event(
        &self,
        name: impl Into<Cow<'static, str>>,
        attributes: impl IntoIterator<Item = KeyValue>,
    ) {
        let span = self.0.span();
        if span.is_recording() {
            span.add_event(name, attributes.into_iter().collect());
        }
    }

    /// Links the span to another one, of this or another trace.
    pub fn add_link(&self, to: SpanContext) {
        self.0.span().add_link(to, Vec::new());
    }

    /// Sets the status. `Ok` is final, and `Unset` changes nothing; of several errors the last one stays, so that the
    /// error with which a function returns goes before one set by hand.
    pub fn set_status(&self, status: Status) {
        self.0.span().set_status(status);
    }

    /// Gives the span to another plugin: its `backstage.plugin.id` will be this one. The tracer's scope stays that of
    /// the plugin that made the span.
    pub fn set_plugin(&self, id: impl Into<String>) {
        self.set_attribute("backstage.plugin.id", id.into());
    }

    /// The span's ids, flags and trace state; not valid without a span.
    pub fn span_context(&self) -> SpanContext {
        self.0.span().span_context().clone()
    }

    /// Whether writing to the span has an effect.
    pub fn is_recording(&self) -> bool {
        self.0.span().is_recording()
    }
}
