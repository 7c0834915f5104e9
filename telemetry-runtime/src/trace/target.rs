//! The span of a context, to be written to: one of ours or any other.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::trace::{Event, Link, SpanContext, SpanRef, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use super::cells;
use super::content::Content;
use super::install::{self, Recorder};
use crate::context::slot::{self, Slot};
use crate::principal::is_reserved;

pub(super) enum Target<'a> {
    /// The span that is current in a slot.
    Ours(&'a Slot, &'static Recorder),
    /// Any other, and the recorder of the context.
    Any(SpanRef<'a>, Option<&'static Recorder>),
}

impl<'a> Target<'a> {
    pub(super) fn of(context: &'a Context) -> Self {
        if let Some(slot) = slot::behind(context)
            && let Some(recorder) = install::by_index(slot.recorder())
        {
            return Self::Ours(slot, recorder);
        }
        let state = install::is_active().then(install::active).flatten();
        Self::Any(context.span(), state.and_then(|state| install::recorder(state, context)))
    }

    pub(super) fn recorder(&self) -> Option<&'static Recorder> {
        match self {
            Self::Ours(_, recorder) => Some(recorder),
            Self::Any(_, recorder) => *recorder,
        }
    }

    pub(super) fn span_context(&self) -> SpanContext {
        match self {
            Self::Ours(slot, _) => slot.span_context(),
            Self::Any(span, _) => span.span_context().clone(),
        }
    }

    pub(super) fn is_recording(&self) -> bool {
        match self {
            Self::Ours(slot, _) => cells::is_open(slot.spot()),
            Self::Any(span, _) => span.is_recording(),
        }
    }

    pub(super) fn set_attribute(&self, attribute: KeyValue) {
        match self {
            Self::Ours(slot, recorder) => {
                if !is_reserved(attribute.key.as_str(), recorder.capture_end_user) {
                    write(slot, |content| content.set_attribute(attribute, &recorder.limits));
                }
            }
            Self::Any(span, _) => span.set_attribute(attribute),
        }
    }

    /// Adds an event, which happens now if it is not said when.
    pub(super) fn add_event(
        &self,
        name: Cow<'static, str>,
        at: Option<SystemTime>,
        attributes: Vec<KeyValue>,
    ) {
        let at = at.unwrap_or_else(opentelemetry::time::now);
        match self {
            Self::Ours(slot, recorder) => {
                let event = Event::new(name, at, attributes, 0);
                write(slot, |content| content.add_event(event, &recorder.limits));
            }
            Self::Any(span, _) => span.add_event_with_timestamp(name, at, attributes),
        }
    }

    pub(super) fn set_name(&self, name: Cow<'static, str>) {
        match self {
            Self::Ours(slot, _) => write(slot, |content| content.seldom().name = Some(name)),
            Self::Any(span, _) => span.update_name(name),
        }
    }

    pub(super) fn add_link(&self, to: SpanContext) {
        match self {
            Self::Ours(slot, recorder) => {
                write(slot, |content| content.add_link(Link::with_context(to), &recorder.limits));
            }
            Self::Any(span, _) => span.add_link(to, Vec::new()),
        }
    }

    pub(super) fn set_status(&self, status: Status) {
        match self {
            Self::Ours(slot, _) => write(slot, |content| content.set_status(status)),
            Self::Any(span, _) => span.set_status(status),
        }
    }
}

fn write(slot: &Slot, change: impl FnOnce(&mut Content)) {
    // None if the span has ended.
    let _: Option<()> = cells::write(slot.spot(), change);
}
