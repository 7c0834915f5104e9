//! Our spans as OpenTelemetry's, for the contexts that are current while they are open.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::{Event, Link, Span, SpanContext, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use super::cells;
use super::content::Content;
use super::install::{self, Recorder};
use super::settings::SpanLimits;
use crate::context::bound::Bound;
use crate::context::observer;
use crate::context::slot::{Slot, Spot, number};
use crate::principal::is_reserved;

/// Takes what third parties write to the current span into what we record of it.
#[derive(Debug)]
pub(super) struct ProxySpan {
    /// Of the span that the context was made for: OpenTelemetry asks for it once, and keeps the answer.
    span_context: SpanContext,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Whichever span is current in the slot.
    Slot(Arc<Slot>, #[expect(dead_code, reason = "it is dropped with the span")] Bound),
    /// This one.
    Span(Spot, &'static Recorder),
}

impl ProxySpan {
    /// A span that is always the same one.
    pub(super) fn of(span_context: SpanContext, spot: Spot, recorder: &'static Recorder) -> Self {
        Self { span_context, target: Target::Span(spot, recorder) }
    }

    fn of_slot(slot: &Arc<Slot>) -> Self {
        let span_context = slot.span_context();
        let bound = Bound::new(number(span_context.span_id()));
        Self { span_context, target: Target::Slot(Arc::clone(slot), bound) }
    }

    fn spot(&self) -> Spot {
        match &self.target {
            Target::Slot(slot, _) => slot.spot(),
            Target::Span(spot, _) => *spot,
        }
    }

    fn recorder(&self) -> Option<&'static Recorder> {
        match &self.target {
            Target::Slot(slot, _) => install::by_index(slot.recorder()),
            Target::Span(_, recorder) => Some(recorder),
        }
    }

    fn write(&self, change: impl FnOnce(&mut Content, &SpanLimits)) {
        if let Some(recorder) = self.recorder() {
            cells::write(self.spot(), |content| change(content, &recorder.limits));
        }
    }
}

/// A context with this slot; see [`Trail::make`](crate::context::slot::Trail).
pub(super) fn context_with(around: Option<&Context>, slot: &Arc<Slot>) -> Context {
    let with_span = |context: &Context| {
        if slot.spot().cell == 0 {
            context.with_remote_span_context(slot.span_context())
        } else {
            context.with_span(ProxySpan::of_slot(slot))
        }
    };
    observer::with_slot(Arc::clone(slot), || match around {
        Some(context) => with_span(context),
        None => Context::map_current(with_span),
    })
}

/// A context with the span that is in this slot now, for whoever asks for it; see [`Trail::make`](crate::context::slot::Trail).
pub(super) fn context_about(around: Option<&Context>, slot: &Arc<Slot>) -> Context {
    let (current, span_context) = (slot.spot(), slot.span_context());
    let context = around.map_or_else(Context::current, Context::clone);
    match install::by_index(slot.recorder()) {
        Some(recorder) if current.cell != 0 => {
            context.with_span(ProxySpan::of(span_context, current, recorder))
        }
        _ => context.with_remote_span_context(span_context),
    }
}

impl Span for ProxySpan {
    fn add_event_with_timestamp<T>(&mut self, name: T, timestamp: SystemTime, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        let event = Event::new(name, timestamp, attributes, 0);
        self.write(|content, limits| content.add_event(event, limits));
    }

    fn span_context(&self) -> &SpanContext {
        &self.span_context
    }

    fn is_recording(&self) -> bool {
        if let Target::Slot(slot, _) = &self.target {
            observer::answer(slot);
        }
        cells::is_open(self.spot())
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        let may_be_captured = self.recorder().is_some_and(|recorder| recorder.capture_end_user);
        if !is_reserved(attribute.key.as_str(), may_be_captured) {
            self.write(|content, limits| content.set_attribute(attribute, limits));
        }
    }

    fn set_status(&mut self, status: Status) {
        self.write(|content, _| content.set_status(status));
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        let name = name.into();
        self.write(|content, _| content.seldom().name = Some(name));
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        let link = Link::new(span_context, attributes, 0);
        self.write(|content, limits| content.add_link(link, limits));
    }

    // The function that the span stands for ends it, and says how.
    fn end_with_timestamp(&mut self, _: SystemTime) {}
}
