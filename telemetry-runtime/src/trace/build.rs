//! A finished record as the `SpanData` that exporters take.

use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::content::Content;
use super::exception::Failure;
use super::queue::Finished;
use super::record::Head;
use crate::plugin::{Scope, ScopeKind};

pub(crate) fn span_data(span: Finished) -> SpanData {
    match span {
        Finished::Ours(mut record) => {
            let failure = record.failure_mut().take();
            ours(&record, record.take(), failure)
        }
        Finished::ThirdParty(span) => span.tidied(),
    }
}

/// How many attributes a span has at most that nobody gave it.
pub(super) const OWN: usize = 4;

/// The key under which a span names its owner.
pub(crate) fn owner_key(scope: Scope) -> &'static str {
    match scope.kind() {
        ScopeKind::Plugin => "backstage.plugin.id",
        ScopeKind::Core => "backstage.core.service",
    }
}

/// A record with its content, and how its call failed.
pub(super) fn ours(record: &Head, mut content: Content, failure: Option<Failure>) -> SpanData {
    let site = record.site;
    if let Some(failure) = failure {
        failure.write(&mut content, record);
    }
    let seldom = content.take_seldom();
    let mut attributes = content.attributes.into_vec();
    let given = attributes.len();
    attributes.reserve(OWN);
    // A span that was given to another plugin names that one.
    let mut add = |key: &'static str, value: opentelemetry::Value| {
        if !attributes[..given].iter().any(|attribute| attribute.key.as_str() == key) {
            attributes.push(KeyValue::new(key, value));
        }
    };
    add(owner_key(site.scope), site.scope.id().into());
    if record.recorder.code_attributes {
        if !site.function.is_empty() {
            add("code.function.name", format!("{}::{}", site.module, site.function).into());
        }
        if let Some(location) = site.location {
            add("code.file.path", location.file().into());
            add("code.line.number", i64::from(location.line()).into());
        }
    }
    // They come first.
    attributes.rotate_left(given);

    let mut events = SpanEvents::default();
    events.events = seldom.events;
    events.dropped_count = seldom.dropped_events;
    let mut links = SpanLinks::default();
    links.links = seldom.links;
    links.dropped_count = seldom.dropped_links;

    let start_time = record.started.to_system_time();
    SpanData {
        span_context: record.span_context(seldom.trace_state.as_deref()),
        parent_span_id: record.parent,
        parent_span_is_remote: record.parent_is_remote,
        span_kind: seldom.kind.unwrap_or(site.kind).into(),
        name: seldom.name.unwrap_or(site.name.into()),
        start_time,
        end_time: record.end().map_or(start_time, |(ended, _)| ended.to_system_time()),
        attributes,
        dropped_attributes_count: content.dropped_attributes,
        events,
        links,
        status: seldom.status,
        instrumentation_scope: record.recorder.tracer_scope(site.scope),
    }
}
