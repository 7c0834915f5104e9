//! One recorded span, from its start until the exporter takes it.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::{Arc, MutexGuard};

use opentelemetry::trace::{Event, Link, SpanContext, SpanId, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::attributes::Attributes;
use super::cells::Kept;
use super::exception::Failure;
use super::install::Recorder;
use super::settings::SpanLimits;
use super::site::{SpanKind, SpanSite};
use super::value::Scalar;
use crate::clock::Moment;
use crate::context::slot::Spot;
use crate::outcome::Outcome;

/// A span that is recorded.
///
/// It belongs to the guard or the future of its call, and then to the queue. What is written to it, by whomever, is in a cell
/// that others can find.
#[derive(Debug)]
pub(crate) struct Record(Kept);

/// What is known of a span at its start, and when it ended. It owns nothing, so that it is written where it stays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) site: &'static SpanSite,
    pub(crate) recorder: &'static Recorder,
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) flags: TraceFlags,
    pub(crate) parent: SpanId,
    pub(crate) parent_is_remote: bool,
    /// What is current again when it ends, if it is in a slot.
    pub(crate) before: Spot,
    /// Whether its thread was unwinding when it started: then it is not its call that panics.
    pub(crate) unwinding: bool,
    pub(crate) started: Moment,
    /// None while it is open.
    pub(crate) end: Option<(Moment, Outcome)>,
}

/// The part of a span that changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) trace_state: Option<Arc<TraceState>>,
    /// Replaces the name of the site.
    pub(crate) name: Option<Cow<'static, str>>,
    /// Replaces the kind of the site.
    pub(crate) kind: Option<SpanKind>,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
    pub(crate) events: Vec<Event>,
    pub(crate) dropped_events: u32,
    pub(crate) links: Vec<Link>,
    pub(crate) dropped_links: u32,
    pub(crate) status: Status,
}

impl Head {
    /// Of a span of which no more is known yet.
    pub(super) fn unknown(site: &'static SpanSite, recorder: &'static Recorder) -> Self {
        Self {
            site,
            recorder,
            trace_id: TraceId::INVALID,
            span_id: SpanId::INVALID,
            flags: TraceFlags::NOT_SAMPLED,
            parent: SpanId::INVALID,
            parent_is_remote: false,
            before: Spot { span: SpanId::INVALID, cell: 0 },
            unwinding: false,
            started: Moment::NONE,
            end: None,
        }
    }

    pub(crate) fn span_context(&self, trace_state: Option<&TraceState>) -> SpanContext {
        let state = trace_state.cloned().unwrap_or_default();
        SpanContext::new(self.trace_id, self.span_id, self.flags, false, state)
    }

    pub(super) fn limits(&self) -> &'static SpanLimits {
        &self.recorder.limits
    }
}

impl Deref for Record {
    type Target = Head;

    fn deref(&self) -> &Head {
        self.0.head()
    }
}

impl Record {
    /// No record: see [`Kept::NONE`].
    pub(super) const NONE: Self = Self(Kept::NONE);

    /// The record, unless it is [`Record::NONE`].
    #[inline]
    pub(super) fn known(&self) -> Option<&Self> {
        (!self.0.is_none()).then_some(self)
    }

    /// A record of a span that starts now; what it starts with is in the cell.
    #[inline]
    pub(super) fn new(mut cell: Kept, head: Head) -> Self {
        *cell.head_mut() = head;
        Self(cell)
    }

    /// Says what goes with its trace.
    #[cold]
    pub(super) fn in_trace_with(&self, state: &Arc<TraceState>) {
        self.content().trace_state = Some(Arc::clone(state));
    }

    /// See [`Head::before`].
    pub(super) fn before_mut(&mut self) -> &mut Spot {
        &mut self.0.head_mut().before
    }

    #[inline]
    pub(super) fn end(&mut self, at: Moment, outcome: Outcome) {
        self.0.head_mut().end = Some((at, outcome));
    }

    /// From now on others can write to the span.
    #[inline]
    pub(super) fn open(&self) {
        self.0.open(self.span_id);
    }

    /// From now on they cannot; see [`Kept::close`].
    #[inline]
    pub(super) fn close(&self, alone: bool) {
        self.0.close(alone);
    }

    /// How others find it while it is open.
    #[inline]
    pub(super) fn spot(&self) -> Spot {
        Spot { span: self.span_id, cell: self.0.index() }
    }

    /// How the call failed. Apart from the content, because nobody writes it but the end of the call.
    pub(super) fn failure(&self) -> Option<&Failure> {
        self.0.failure()
    }

    pub(super) fn failure_mut(&mut self) -> &mut Option<Failure> {
        self.0.failure_mut()
    }

    /// What is recorded beside ids and times, to be changed.
    pub(super) fn content(&self) -> MutexGuard<'static, Content> {
        self.0.content()
    }

    /// What was recorded by now.
    pub(super) fn snapshot(&self) -> Content {
        self.0.snapshot()
    }

    /// Takes what was recorded.
    pub(super) fn take(&self) -> Content {
        self.0.take()
    }
}

impl Content {
    /// Sets an attribute, in place of one with the same key.
    #[inline]
    pub(crate) fn set_attribute(&mut self, mut attribute: KeyValue, limits: &SpanLimits) {
        if let Some(length) = limits.attribute_value_length {
            shorten(&mut attribute.value, length);
        }
        if attribute.key.as_str().is_empty() || !self.attributes.set(attribute, limits.attributes) {
            self.dropped_attributes += 1;
        }
    }

    /// Sets an attribute that the span starts with, of which neither the key is empty nor the value cut.
    pub(super) fn set_at_start(&mut self, key: &'static str, value: Scalar, limits: &SpanLimits) {
        self.attributes.make_room(limits.attributes);
        if !self.attributes.set_in_place(key, value) {
            self.set_attribute(KeyValue::new(key, Value::from(value)), limits);
        }
    }

    pub(crate) fn add_event(&mut self, mut event: Event, limits: &SpanLimits) {
        if self.events.len() >= limits.events {
            self.dropped_events += 1;
            return;
        }
        event.dropped_attributes_count +=
            tidy(&mut event.attributes, limits.event_attributes, limits.attribute_value_length);
        self.events.push(event);
    }

    pub(crate) fn add_link(&mut self, mut link: Link, limits: &SpanLimits) {
        if self.links.len() >= limits.links {
            self.dropped_links += 1;
            return;
        }
        link.dropped_attributes_count +=
            tidy(&mut link.attributes, limits.link_attributes, limits.attribute_value_length);
        self.links.push(link);
    }

    /// Sets the status by the specification's rules: `Ok` is final, `Unset` changes nothing, the last error wins.
    pub(crate) fn set_status(&mut self, status: Status) {
        if self.status != Status::Ok && status != Status::Unset {
            self.status = status;
        }
    }
}

/// Applies the rules of attributes to a whole list: one value a key, a number of them, their length. Returns how many
/// were dropped.
pub(crate) fn tidy(attributes: &mut Vec<KeyValue>, limit: usize, length: Option<usize>) -> u32 {
    let mut dropped = 0;
    let mut kept = Vec::with_capacity(attributes.len().min(limit));
    for attribute in attributes.drain(..) {
        insert(&mut kept, &mut dropped, attribute, limit, length);
    }
    *attributes = kept;
    dropped
}

fn insert(
    attributes: &mut Vec<KeyValue>,
    dropped: &mut u32,
    mut attribute: KeyValue,
    limit: usize,
    length: Option<usize>,
) {
    if attribute.key.as_str().is_empty() {
        *dropped += 1;
        return;
    }
    if let Some(length) = length {
        shorten(&mut attribute.value, length);
    }
    if let Some(known) = attributes.iter_mut().find(|known| known.key == attribute.key) {
        known.value = attribute.value;
    } else if attributes.len() < limit {
        attributes.push(attribute);
    } else {
        *dropped += 1;
    }
}

/// Cuts the texts of a value to a number of characters.
fn shorten(value: &mut Value, length: usize) {
    match value {
        Value::String(text) => shorten_text(text, length),
        Value::Array(Array::String(texts)) => texts.iter_mut().for_each(|text| shorten_text(text, length)),
        _ => {}
    }
}

fn shorten_text(text: &mut StringValue, length: usize) {
    if let Some((end, _)) = text.as_str().char_indices().nth(length) {
        *text = StringValue::from(text.as_str()[..end].to_owned());
    }
}
