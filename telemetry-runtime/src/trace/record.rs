//! One recorded span, from its start until the exporter takes it.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opentelemetry::trace::{Event, Link, SpanContext, SpanId, Status};
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::install::Recorder;
use super::settings::SpanLimits;
use super::site::{SpanKind, SpanSite};
use crate::clock::Moment;

/// A span that is recorded.
///
/// The guard on the stack, the context that is current, whoever keeps a clone of that context, and at last the queue
/// share it; so it can be written from any thread, and ignores what comes after its end.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) site: &'static SpanSite,
    pub(crate) recorder: &'static Recorder,
    pub(crate) span_context: SpanContext,
    pub(crate) parent: SpanId,
    pub(crate) parent_is_remote: bool,
    pub(crate) started: Moment,
    content: Mutex<Content>,
}

/// The part of a span that changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    /// Replaces the name of the site.
    pub(crate) name: Option<Cow<'static, str>>,
    /// Replaces the kind of the site.
    pub(crate) kind: Option<SpanKind>,
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) dropped_attributes: u32,
    pub(crate) events: Vec<Event>,
    pub(crate) dropped_events: u32,
    pub(crate) links: Vec<Link>,
    pub(crate) dropped_links: u32,
    pub(crate) status: Status,
    pub(crate) ended: Option<Moment>,
    /// How the call ended; the exported span says it in other words.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) outcome: Option<crate::outcome::Outcome>,
}

impl Record {
    pub(crate) fn new(
        site: &'static SpanSite,
        recorder: &'static Recorder,
        span_context: SpanContext,
        parent: Option<&SpanContext>,
        content: Content,
    ) -> Self {
        Self {
            site,
            recorder,
            span_context,
            parent: parent.map_or(SpanId::INVALID, SpanContext::span_id),
            parent_is_remote: parent.is_some_and(SpanContext::is_remote),
            started: Moment::now(),
            content: Mutex::new(content),
        }
    }

    /// Changes the span, unless it has ended.
    pub(crate) fn write(&self, change: impl FnOnce(&mut Content, &SpanLimits)) {
        let mut content = self.lock();
        if content.ended.is_none() {
            change(&mut content, &self.recorder.limits);
        }
    }

    pub(crate) fn is_recording(&self) -> bool {
        self.lock().ended.is_none()
    }

    /// Takes what was recorded, once the span has ended. The record stays ended for those who still hold it.
    pub(crate) fn take(&self) -> Content {
        let mut content = self.lock();
        let ended = content.ended;
        std::mem::replace(&mut *content, Content { ended, ..Content::default() })
    }

    /// What was recorded by now.
    pub(crate) fn snapshot(&self) -> Content {
        self.lock().clone()
    }

    // Nothing under the lock runs code of others but destructors of values, so a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    /// Sets an attribute, in place of one with the same key.
    pub(crate) fn set_attribute(&mut self, attribute: KeyValue, limits: &SpanLimits) {
        insert(
            &mut self.attributes,
            &mut self.dropped_attributes,
            attribute,
            limits.attributes,
            limits.attribute_value_length,
        );
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
