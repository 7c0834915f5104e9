//! A span that is longer than receivers take, made shorter: better with half a text than not at all.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;

/// Texts of so many bytes are left alone.
const SHORT: usize = 256;

/// Cuts all texts that are longer than half of the longest one to that length. Where all are short, drops the later half of
/// the events, then of the links, then of the attributes, and adds it to the span's counts of what was dropped. False where
/// nothing is left to cut.
pub(super) fn span(span: &mut Span) -> bool {
    let longest = texts(span).map(|text| text.len()).max().unwrap_or(0);
    if longest > SHORT {
        let limit = (longest / 2).max(SHORT);
        texts(span).for_each(|text| cut(text, limit));
        return true;
    }
    halve(&mut span.events, &mut span.dropped_events_count)
        || halve(&mut span.links, &mut span.dropped_links_count)
        || halve(&mut span.attributes, &mut span.dropped_attributes_count)
}

fn halve<T>(items: &mut Vec<T>, dropped: &mut u32) -> bool {
    let kept = items.len() / 2;
    *dropped = dropped.saturating_add(u32::try_from(items.len() - kept).unwrap_or(u32::MAX));
    let cut = !items.is_empty();
    items.truncate(kept);
    cut
}

/// The texts of a span that may be long. Keys are not among them: half a key would be another one.
fn texts(span: &mut Span) -> impl Iterator<Item = &mut String> {
    let status = span.status.iter_mut().map(|status| &mut status.message);
    let events = span.events.iter_mut().flat_map(|event| {
        std::iter::once(&mut event.name).chain(event.attributes.iter_mut().flat_map(of_attribute))
    });
    let links = span.links.iter_mut().flat_map(|link| link.attributes.iter_mut().flat_map(of_attribute));
    let attributes = span.attributes.iter_mut().flat_map(of_attribute);
    std::iter::once(&mut span.name).chain(status).chain(attributes).chain(events).chain(links)
}

fn of_attribute(attribute: &mut KeyValue) -> Vec<&mut String> {
    let mut found = Vec::new();
    if let Some(value) = &mut attribute.value {
        of_value(value, &mut found);
    }
    found
}

fn of_value<'a>(value: &'a mut AnyValue, found: &mut Vec<&'a mut String>) {
    match &mut value.value {
        Some(any_value::Value::StringValue(text)) => found.push(text),
        Some(any_value::Value::ArrayValue(array)) => {
            array.values.iter_mut().for_each(|value| of_value(value, found));
        }
        _ => {}
    }
}

fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
}
