//! Spans as the bytes of OTLP messages, without messages in between: making those costs several times what the bytes do.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{Event, Link, SpanId, SpanKind, Status};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_proto::tonic::trace::v1::{SpanFlags, span, status};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use super::protobuf::{bytes, count, fixed32, fixed64, message, number, text};

/// `ScopeSpans.spans`
pub(super) fn span(buffer: &mut Vec<u8>, data: &SpanData) {
    message(buffer, 2, |b| {
        let context = &data.span_context;
        bytes(b, 1, &context.trace_id().to_bytes());
        bytes(b, 2, &context.span_id().to_bytes());
        text(b, 3, &context.trace_state().header());
        if data.parent_span_id != SpanId::INVALID {
            bytes(b, 4, &data.parent_span_id.to_bytes());
        }
        text(b, 5, &data.name);
        number(b, 6, kind(&data.span_kind));
        fixed64(b, 7, nanos(data.start_time));
        fixed64(b, 8, nanos(data.end_time));
        attributes(b, 9, &data.attributes);
        count(b, 10, data.dropped_attributes_count);
        data.events.events.iter().for_each(|data| event(b, data));
        count(b, 12, data.events.dropped_count);
        data.links.links.iter().for_each(|data| link(b, data));
        count(b, 14, data.links.dropped_count);
        message(b, 15, |b| status(b, &data.status));
        fixed32(b, 16, flags(context.trace_flags().to_u8(), data.parent_span_is_remote));
    });
}

/// `Span.events`
fn event(buffer: &mut Vec<u8>, data: &Event) {
    message(buffer, 11, |b| {
        fixed64(b, 1, nanos(data.timestamp));
        text(b, 2, &data.name);
        attributes(b, 3, &data.attributes);
        count(b, 4, data.dropped_attributes_count);
    });
}

/// `Span.links`
fn link(buffer: &mut Vec<u8>, data: &Link) {
    let context = &data.span_context;
    message(buffer, 13, |b| {
        bytes(b, 1, &context.trace_id().to_bytes());
        bytes(b, 2, &context.span_id().to_bytes());
        text(b, 3, &context.trace_state().header());
        attributes(b, 4, &data.attributes);
        count(b, 5, data.dropped_attributes_count);
        fixed32(b, 6, flags(context.trace_flags().to_u8(), context.is_remote()));
    });
}

fn status(buffer: &mut Vec<u8>, status: &Status) {
    let code = match status {
        Status::Unset => return,
        Status::Ok => status::StatusCode::Ok,
        Status::Error { description } => {
            text(buffer, 2, description);
            status::StatusCode::Error
        }
    };
    number(buffer, 3, enumerated(code.into()));
}

/// `ScopeSpans.scope`
pub(super) fn scope(buffer: &mut Vec<u8>, scope: &InstrumentationScope) {
    message(buffer, 1, |b| {
        text(b, 1, scope.name());
        text(b, 2, scope.version().unwrap_or_default());
        scope.attributes().for_each(|pair| attribute(b, 3, pair.key.as_str(), &pair.value));
    });
}

/// `ResourceSpans.resource`
pub(super) fn resource(buffer: &mut Vec<u8>, resource: &Resource) {
    message(buffer, 1, |b| {
        resource.iter().for_each(|(key, value)| attribute(b, 1, key.as_str(), value));
    });
}

fn attributes(buffer: &mut Vec<u8>, field: u32, pairs: &[KeyValue]) {
    for pair in pairs {
        attribute(buffer, field, pair.key.as_str(), &pair.value);
    }
}

fn attribute(buffer: &mut Vec<u8>, field: u32, key: &str, data: &Value) {
    message(buffer, field, |b| {
        text(b, 1, key);
        message(b, 2, |b| value(b, data));
    });
}

/// The content of an `AnyValue`, where a default is a value as any other.
fn value(buffer: &mut Vec<u8>, data: &Value) {
    match data {
        Value::Bool(data) => boolean(buffer, *data),
        Value::I64(data) => integer(buffer, *data),
        Value::F64(data) => fixed64(buffer, 4, data.to_bits()),
        Value::String(data) => bytes(buffer, 1, data.as_str().as_bytes()),
        Value::Array(data) => message(buffer, 5, |b| array(b, data)),
        // A kind of value that OpenTelemetry adds later is shown as text.
        other => bytes(buffer, 1, other.to_string().as_bytes()),
    }
}

fn array(buffer: &mut Vec<u8>, array: &Array) {
    fn each<T>(buffer: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
        for item in items {
            message(buffer, 1, |b| write(b, item));
        }
    }
    match array {
        Array::Bool(items) => each(buffer, items, |b, item| boolean(b, *item)),
        Array::I64(items) => each(buffer, items, |b, item| integer(b, *item)),
        Array::F64(items) => each(buffer, items, |b, item| fixed64(b, 4, item.to_bits())),
        Array::String(items) => each(buffer, items, |b, item| bytes(b, 1, item.as_str().as_bytes())),
        other => each(buffer, &[other], |b, item| bytes(b, 1, format!("{item:?}").as_bytes())),
    }
}

fn boolean(buffer: &mut Vec<u8>, value: bool) {
    number(buffer, 2, value.into());
}

fn integer(buffer: &mut Vec<u8>, value: i64) {
    number(buffer, 3, value.cast_unsigned());
}

fn kind(kind: &SpanKind) -> u64 {
    enumerated(span::SpanKind::from(kind.clone()).into())
}

fn enumerated(value: i32) -> u64 {
    i64::from(value).cast_unsigned()
}

fn flags(of_trace: u8, is_remote: bool) -> u32 {
    let known = SpanFlags::ContextHasIsRemoteMask as u32;
    let remote = if is_remote { SpanFlags::ContextIsRemoteMask as u32 } else { 0 };
    u32::from(of_trace) | known | remote
}

/// Nanoseconds since 1970. What lies before is 1970, and what lies after the year 2554 is that, since the format ends there.
fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
