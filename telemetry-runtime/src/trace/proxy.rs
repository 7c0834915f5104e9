//! Our span as OpenTelemetry's, for the context that is current while it is open.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Event, Link, Span, SpanContext, Status};

use super::record::Record;
use crate::principal::is_reserved;

/// Takes what third parties write to the current span into our record.
#[derive(Debug)]
pub(crate) struct RecordSpan(pub(crate) Arc<Record>);

impl Span for RecordSpan {
    fn add_event_with_timestamp<T>(&mut self, name: T, timestamp: SystemTime, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        let event = Event::new(name, timestamp, attributes, 0);
        self.0.write(|content, limits| content.add_event(event, limits));
    }

    fn span_context(&self) -> &SpanContext {
        &self.0.span_context
    }

    fn is_recording(&self) -> bool {
        self.0.is_recording()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        if !is_reserved(attribute.key.as_str(), self.0.recorder.capture_end_user) {
            self.0.write(|content, limits| content.set_attribute(attribute, limits));
        }
    }

    fn set_status(&mut self, status: Status) {
        self.0.write(|content, _| content.set_status(status));
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        let name = name.into();
        self.0.write(|content, _| content.name = Some(name));
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        let link = Link::new(span_context, attributes, 0);
        self.0.write(|content, limits| content.add_link(link, limits));
    }

    // The function that the span stands for ends it, and says how.
    fn end_with_timestamp(&mut self, _: SystemTime) {}
}
