//! What is recorded of a span beside its ids and times.

use std::borrow::Cow;
use std::sync::Arc;

use opentelemetry::trace::{Event, Link, Status, TraceState};
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::attributes::{Attributes, Scalars};
use super::build::OWN;
use super::settings::SpanLimits;
use super::site::SpanKind;

/// The part of a span that changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
    /// In a box: each span that waits for its export has room for a `Content`, and few have any of this.
    seldom: Option<Box<Seldom>>,
}

/// What few spans have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seldom {
    pub(crate) trace_state: Option<Arc<TraceState>>,
    /// Replaces the name of the site.
    pub(crate) name: Option<Cow<'static, str>>,
    /// Replaces the kind of the site.
    pub(crate) kind: Option<SpanKind>,
    pub(crate) events: Vec<Event>,
    pub(crate) dropped_events: u32,
    pub(crate) links: Vec<Link>,
    pub(crate) dropped_links: u32,
    pub(crate) status: Status,
}

impl Content {
    /// What few spans have, to be changed.
    pub(super) fn seldom(&mut self) -> &mut Seldom {
        self.seldom.get_or_insert_default()
    }

    pub(super) fn take_seldom(&mut self) -> Seldom {
        self.seldom.take().map(|seldom| *seldom).unwrap_or_default()
    }

    pub(super) fn events(&self) -> &[Event] {
        self.seldom.as_ref().map_or(&[], |seldom| &seldom.events)
    }

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

    /// The same of a span that started with these attributes, which come first.
    ///
    /// What was written later has had the limit for itself. So another value for one of these is dropped, and counted, where
    /// the limit was reached by other keys before it.
    pub(super) fn begun_with(mut self, scalars: &Scalars, limits: &SpanLimits) -> Self {
        if !scalars.is_empty() {
            let later = std::mem::take(&mut self.attributes).into_vec();
            self.attributes = Attributes::with_capacity(scalars.len() + later.len() + OWN);
            for attribute in scalars.iter().chain(later) {
                self.set_attribute(attribute, limits);
            }
        }
        self
    }

    pub(crate) fn add_event(&mut self, mut event: Event, limits: &SpanLimits) {
        let Seldom { events, dropped_events, .. } = self.seldom();
        if events.len() >= limits.events {
            *dropped_events += 1;
            return;
        }
        event.dropped_attributes_count +=
            tidy(&mut event.attributes, limits.event_attributes, limits.attribute_value_length);
        events.push(event);
    }

    pub(crate) fn add_link(&mut self, mut link: Link, limits: &SpanLimits) {
        let Seldom { links, dropped_links, .. } = self.seldom();
        if links.len() >= limits.links {
            *dropped_links += 1;
            return;
        }
        link.dropped_attributes_count +=
            tidy(&mut link.attributes, limits.link_attributes, limits.attribute_value_length);
        links.push(link);
    }

    /// Adds what was evaluated before.
    pub(super) fn absorb(&mut self, evaluated: Self, limits: &SpanLimits) {
        let Self { attributes, dropped_attributes, seldom } = evaluated;
        for attribute in attributes.into_vec() {
            self.set_attribute(attribute, limits);
        }
        self.dropped_attributes += dropped_attributes;
        let Some(evaluated) = seldom else { return };
        let seldom = self.seldom();
        seldom.name = evaluated.name.or(seldom.name.take());
        seldom.kind = evaluated.kind.or(seldom.kind);
        seldom.dropped_links += evaluated.dropped_links;
        for link in evaluated.links {
            self.add_link(link, limits);
        }
    }

    /// Sets the status by the specification's rules: `Ok` is final, `Unset` changes nothing, the last error wins.
    pub(crate) fn set_status(&mut self, status: Status) {
        let known = &mut self.seldom().status;
        if *known != Status::Ok && status != Status::Unset {
            *known = status;
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
