//! The current span, for code that did not start it.

use std::any::type_name;
use std::borrow::Cow;
use std::error::Error;

use opentelemetry::trace::{SpanContext, Status};
use opentelemetry::{Context, Key, KeyValue};

use super::exception;
use super::target::Target;
use super::value::{SpanValue, capture};
use crate::context;
use crate::outcome::ErrorInfo;

/// The span around this line: the innermost instrumented call, or third-party span, that is open here.
///
/// It works any number of calls below the instrumented function, and in async code. Without a span, or with one that
/// is not recorded, writing to it does nothing.
///
/// ```
/// use telemetry_runtime::{span, traced};
///
/// #[traced]
/// fn refresh(names: &[&str]) {
///     for name in names {
///         read(name);
///     }
/// }
///
/// fn read(name: &str) {
///     // A helper writes to the span of whoever called it.
///     span().set_attribute("catalog.entity.last", name);
///     span().add_event_with("read", |event| {
///         // Evaluated only if the span is recorded.
///         event.set("catalog.entity.digest", name.bytes().map(u64::from).sum::<u64>());
///     });
/// }
///
/// refresh(&["component:default/a"]);
/// ```
#[must_use]
pub fn span() -> CurrentSpan {
    CurrentSpan(context::current().unwrap_or_default())
}

/// A span that was current when [`span`] was called; it can be kept, and sent to other threads. After the span's end
/// writing to it does nothing.
#[derive(Clone, Debug)]
pub struct CurrentSpan(pub(crate) Context);

impl CurrentSpan {
    /// Sets an attribute, in place of one with the same key. A `None` sets nothing.
    pub fn set_attribute(&self, key: impl Into<Key>, value: impl SpanValue) {
        let span = self.target();
        if span.is_recording()
            && let Some(value) = capture(value, text_limit(&span))
        {
            span.set_attribute(KeyValue::new(key, value));
        }
    }

    /// Adds an event that happens now. See [`CurrentSpan::add_event_with`] for attributes that are costly to make.
    pub fn add_event(
        &self,
        name: impl Into<Cow<'static, str>>,
        attributes: impl IntoIterator<Item = KeyValue>,
    ) {
        let span = self.target();
        if span.is_recording() {
            span.add_event(name.into(), None, attributes.into_iter().collect());
        }
    }

    /// Adds an event that happens now. `attributes` is called only if the span is recorded.
    pub fn add_event_with(
        &self,
        name: impl Into<Cow<'static, str>>,
        attributes: impl FnOnce(&mut EventAttributes),
    ) {
        let span = self.target();
        if span.is_recording() {
            let mut event = EventAttributes { attributes: Vec::new(), text_limit: text_limit(&span) };
            attributes(&mut event);
            span.add_event(name.into(), None, event.attributes);
        }
    }

    /// Renames the span. A name says what kind of work it is; what varies from call to call belongs in an attribute.
    pub fn set_name(&self, name: impl Into<Cow<'static, str>>) {
        self.target().set_name(name.into());
    }

    /// Links the span to another one, of this or another trace.
    pub fn add_link(&self, to: SpanContext) {
        self.target().add_link(to);
    }

    /// Sets the status. `Ok` is final, and `Unset` changes nothing; of several errors the last one stays, so that the
    /// error with which a function returns goes before one set by hand.
    pub fn set_status(&self, status: Status) {
        self.target().set_status(status);
    }

    /// Records an error: an `exception` event, `error.type` and an error status, as the error of a returned `Result` gets
    /// them. If the call returns the same error afterwards, there is still one event.
    ///
    /// ```
    /// # fn send() -> Result<(), std::io::Error> { Ok(()) }
    /// if let Err(error) = send() {
    ///     telemetry_runtime::span().record_error(&error); // and go on
    /// }
    /// ```
    pub fn record_error<E: Error + ?Sized>(&self, error: &E) {
        self.record(|| ErrorInfo::new(type_name::<E>()), error);
    }

    /// The same with an `error.type` of one's own: one of few words, such as `tool_error`.
    pub fn record_error_as<E: Error + ?Sized>(&self, error_type: &'static str, error: &E) {
        self.record(|| ErrorInfo::new(type_name::<E>()).of_kind(error_type), error);
    }

    fn record<E: Error + ?Sized>(&self, info: impl FnOnce() -> ErrorInfo, error: &E) {
        let span = self.target();
        if !span.is_recording() {
            return;
        }
        let mut info = info();
        if span.recorder().is_none_or(|recorder| recorder.error_texts) {
            info.add_texts(&error, error.source());
        }
        exception::record(&span, info);
    }

    /// Gives the span to another plugin: its `backstage.plugin.id` will be this one. The tracer's scope stays that of
    /// the plugin that made the span.
    pub fn set_plugin(&self, id: impl Into<String>) {
        self.set_attribute("backstage.plugin.id", id.into());
    }

    /// The span's ids, flags and trace state; not valid without a span.
    pub fn span_context(&self) -> SpanContext {
        self.target().span_context()
    }

    /// Whether writing to the span has an effect. Ask it before work that only the span is for.
    pub fn is_recording(&self) -> bool {
        self.target().is_recording()
    }

    fn target(&self) -> Target<'_> {
        Target::of(&self.0)
    }
}

/// After how many characters texts are cut.
fn text_limit(span: &Target<'_>) -> Option<usize> {
    span.recorder()?.limits.attribute_value_length
}

/// The attributes of an event while it is made.
#[derive(Debug)]
pub struct EventAttributes {
    attributes: Vec<KeyValue>,
    text_limit: Option<usize>,
}

impl EventAttributes {
    /// Sets an attribute; the last value of a key stays. A `None` sets nothing.
    pub fn set(&mut self, key: impl Into<Key>, value: impl SpanValue) {
        if let Some(value) = capture(value, self.text_limit) {
            self.attributes.push(KeyValue::new(key, value));
        }
    }
}
