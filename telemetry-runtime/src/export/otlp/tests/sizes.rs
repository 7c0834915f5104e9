//! Spans as bytes: what they say, in requests of a size that receivers take.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use prost::Message as _;

use super::super::encode::Part;
use super::super::*;
use super::delivery::{export, names, over_grpc, over_http};
use super::sink::Sink;
use crate::export::testing::{resource, span};

/// The numbers of a random program, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn usize(&mut self, limit: u64) -> usize {
        usize::try_from(self.below(limit)).unwrap()
    }

    fn text(&mut self) -> String {
        let length = self.usize(300);
        (0..length).map(|_| ['a', 'Z', '\0', 'é', '漢', '"'][self.usize(6)]).collect()
    }

    fn value(&mut self) -> Value {
        match self.below(9) {
            0 => Value::Bool(self.below(2) == 1),
            1 => Value::I64([i64::MIN, -1, 0, 1, i64::MAX][self.usize(5)]),
            2 => Value::F64([f64::INFINITY, f64::MIN_POSITIVE, -0.0, 0.0, f64::MAX][self.usize(5)]),
            3 => Value::Array(Array::Bool((0..self.below(3)).map(|item| item == 1).collect())),
            4 => Value::Array(Array::I64((0..self.below(3)).map(|_| i64::MIN).collect())),
            5 => Value::Array(Array::F64((0..self.below(3)).map(|_| 0.5).collect())),
            6 => Value::Array(Array::String((0..self.below(3)).map(|_| self.text().into()).collect())),
            _ => Value::String(self.text().into()),
        }
    }

    fn attributes(&mut self) -> Vec<KeyValue> {
        (0..self.below(6)).map(|number| KeyValue::new(format!("key.{number}"), self.value())).collect()
    }

    fn time(&mut self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.below(u64::MAX))
    }

    fn context(&mut self) -> SpanContext {
        let state = if self.below(2) == 0 {
            TraceState::NONE
        } else {
            TraceState::from_key_value([("vendor", "value")]).unwrap()
        };
        SpanContext::new(
            TraceId::from(u128::from(self.below(u64::MAX))),
            SpanId::from(self.below(u64::MAX)),
            TraceFlags::new(u8::try_from(self.below(2)).unwrap()),
            self.below(2) == 0,
            state,
        )
    }

    fn span(&mut self) -> SpanData {
        let mut data = span("");
        data.span_context = self.context();
        data.parent_span_id = [SpanId::INVALID, SpanId::from(7)][self.usize(2)];
        data.parent_span_is_remote = self.below(2) == 0;
        data.span_kind = [SpanKind::Client, SpanKind::Server, SpanKind::Producer][self.usize(3)].clone();
        data.name = self.text().into();
        (data.start_time, data.end_time) = (self.time(), self.time());
        data.attributes = self.attributes();
        data.dropped_attributes_count = u32::try_from(self.below(3)).unwrap();
        data.events.dropped_count = u32::try_from(self.below(300)).unwrap();
        for _ in 0..self.below(3) {
            data.events.events.push(Event::new(self.text(), self.time(), self.attributes(), 2));
        }
        data.links.dropped_count = u32::try_from(self.below(2)).unwrap();
        for _ in 0..self.below(3) {
            data.links.links.push(Link::new(self.context(), self.attributes(), 130));
        }
        data.status = [Status::Unset, Status::Ok, Status::error("wrong")][self.usize(3)].clone();
        data.instrumentation_scope = match self.below(3) {
            0 => InstrumentationScope::builder("plain").build(),
            1 => InstrumentationScope::builder("other")
                .with_version("1.2.3")
                .with_schema_url("https://example.org")
                .with_attributes([KeyValue::new("backstage.module.id", "github")])
                .build(),
            _ => data.instrumentation_scope,
        };
        data
    }
}

fn requests(parts: &[Part]) -> Vec<ExportTraceServiceRequest> {
    let request = |part: &Part| match part {
        Part::Send(body, spans) => {
            let request = ExportTraceServiceRequest::decode(body.clone()).unwrap();
            assert_eq!(of(&request).len(), *spans);
            request
        }
        Part::TooLarge(spans) => panic!("{spans} spans are lost"),
    };
    parts.iter().map(request).collect()
}

fn of(request: &ExportTraceServiceRequest) -> Vec<&Span> {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).collect()
}

#[test]
fn the_bytes_say_what_the_published_messages_say() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..200 {
        let batch: Vec<SpanData> = (0..=random.below(20)).map(|_| random.span()).collect();
        let resource = Resource::builder_empty()
            .with_schema_url([KeyValue::new("service.name", "test")], "https://example.org/resource")
            .build();
        let [ours] = &requests(&spans::parts(&batch, &resource, usize::MAX, &Buffers::default()))[..] else {
            panic!()
        };
        let theirs = group_spans_by_resource_and_scope(batch, &ResourceAttributesWithSchema::from(&resource));
        assert_eq!(ours.resource_spans, theirs);
    }
}

#[test]
fn numbers_that_are_none_and_times_out_of_range_are_exported() {
    const YEAR: u64 = 365 * 86_400;
    let mut odd = span("odd");
    odd.attributes = vec![KeyValue::new("nan", f64::NAN), KeyValue::new("inf", f64::NEG_INFINITY)];
    odd.start_time = SystemTime::UNIX_EPOCH - Duration::from_secs(1969 * YEAR);
    odd.end_time = SystemTime::UNIX_EPOCH + Duration::from_secs((9999 - 1970) * YEAR);
    let request = &requests(&spans::parts(&[odd], &resource(), usize::MAX, &Buffers::default()))[0];
    let span = of(request)[0];
    assert_eq!((span.start_time_unix_nano, span.end_time_unix_nano), (0, u64::MAX));
    let number = |index: usize| span.attributes[index].value.clone().unwrap().value.unwrap();
    assert!(matches!(number(0), any_value::Value::DoubleValue(value) if value.is_nan()));
    assert!(matches!(number(1), any_value::Value::DoubleValue(value) if value == f64::NEG_INFINITY));
}

#[test]
fn a_large_batch_is_divided_without_losing_anything() {
    let mut random = Random(7);
    let batch: Vec<SpanData> = (0..300).map(|_| random.span()).collect();
    let all: Vec<u64> =
        batch.iter().map(|span| span_number(span.span_context.span_id().to_bytes())).collect();
    for limit in [8_000, 20_000, 100_000] {
        let parts = spans::parts(&batch, &resource(), limit, &Buffers::default());
        for part in &parts {
            assert!(matches!(part, Part::Send(body, _) if body.len() <= limit));
        }
        let requests = requests(&parts);
        let mut arrived: Vec<u64> = requests
            .iter()
            .flat_map(of)
            .map(|span| span_number(span.span_id.clone().try_into().unwrap()))
            .collect();
        let mut expected = all.clone();
        arrived.sort_unstable();
        expected.sort_unstable();
        assert_eq!(arrived, expected, "{limit}");
    }
}

fn span_number(id: [u8; 8]) -> u64 {
    u64::from_be_bytes(id)
}

#[test]
fn one_oversized_span_is_cut_and_does_not_take_its_batch_with_it() {
    let text = |length: usize| "x".repeat(length);
    let mut long = span("long text");
    long.attributes = vec![KeyValue::new("body", text(5 << 20)), KeyValue::new("short", text(200))];
    let mut many = span("many attributes");
    many.attributes = (0..10_000).map(|n| KeyValue::new(format!("key.{n}"), text(1_000))).collect();
    let mut events = span("many events");
    let event = |n: u32| {
        Event::new(format!("event {n}"), SystemTime::UNIX_EPOCH, vec![KeyValue::new("a", text(900))], 0)
    };
    events.events.events = (0..10_000).map(event).collect();

    let sink = Sink::grpc([]);
    let batch = vec![span("a"), long, many, events, span("b")];
    assert_eq!(export(&over_grpc(&sink), batch), Ok(Receipt::default()));
    let received = sink.received();
    assert!(received.iter().all(|received| received.body.len() <= 4 << 20));
    let requests: Vec<_> =
        received.iter().map(|received| ExportTraceServiceRequest::decode(&*received.body).unwrap()).collect();
    let found = |name: &str| requests.iter().flat_map(of).find(|span| span.name == name).unwrap();
    let (_, _) = (found("a"), found("b"));
    let text_of = |span: &Span, index: usize| {
        let value = span.attributes[index].value.clone().unwrap().value.unwrap();
        match value {
            any_value::Value::StringValue(text) => text.len(),
            other => panic!("{other:?}"),
        }
    };
    let long = found("long text");
    assert_eq!((text_of(long, 0), text_of(long, 1)), (5 << 19, 200));
    let many = found("many attributes");
    assert_eq!(many.attributes.len() + many.dropped_attributes_count as usize, 10_000);
    let events = found("many events");
    assert_eq!(events.events.len() + events.dropped_events_count as usize, 10_000);
}

#[test]
fn a_receiver_that_takes_less_gets_smaller_requests() {
    for sink in [Sink::http([]), Sink::grpc([])] {
        sink.refuse_above(600);
        let config = if sink.is_grpc() { over_grpc(&sink) } else { over_http(&sink) };
        let batch: Vec<_> = ["a", "b", "c", "d", "e", "f", "g", "h"].map(span).into();
        assert_eq!(export(&config, batch), Ok(Receipt::default()));
        assert!(sink.refused() > 0);
        let arrived: Vec<String> =
            sink.received().iter().flat_map(|received| names(&received.body)).collect();
        assert_eq!(arrived, ["a", "b", "c", "d", "e", "f", "g", "h"]);
    }
}

#[test]
fn what_a_receiver_takes_in_no_size_is_counted_to_the_span() {
    let sink = Sink::http([]);
    sink.refuse_above(160);
    let mut large =
        span("a name that is too long for this receiver, and too short to be worth cutting it in two");
    large.attributes.clear();
    let receipt = export(&over_http(&sink), vec![span("a"), large, span("b")]).unwrap();
    assert_eq!(receipt.rejected, 1);
    assert_eq!(receipt.message, "HTTP status 413 Payload Too Large");
    let arrived: Vec<String> = sink.received().iter().flat_map(|received| names(&received.body)).collect();
    assert_eq!(arrived, ["a", "b"]);
}
