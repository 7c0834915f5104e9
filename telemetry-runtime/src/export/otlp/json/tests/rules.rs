//! Each rule of OTLP's JSON by the text that it leads to.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue as ProtoKeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint, exemplar,
    exponential_histogram_data_point::Buckets, number_data_point,
};
use opentelemetry_sdk::Resource;
use prost::Message as _;

use super::super::super::encode::Part;
use super::super::super::spans;
use super::super::schema::{EXPORT_TRACES, Kind, Message};
use super::super::{Malformed, text};
use crate::export::otlp::buffers::Buffers;
use crate::export::testing::span;

fn written(message: &Message, bytes: &[u8]) -> String {
    String::from_utf8(text(message, bytes).unwrap()).unwrap()
}

/// The message that a path of names leads to.
fn message(path: &str) -> &'static Message {
    path.split('.').fold(&EXPORT_TRACES, |message, name| {
        let roots = [&super::super::EXPORT_METRICS, message];
        let fields = roots.iter().rev().flat_map(|message| message.fields);
        let field = fields.into_iter().find(|field| field.name == name).unwrap();
        let Kind::Message(inner) = field.kind else { panic!("{name} is no message") };
        inner
    })
}

fn value(value: any_value::Value) -> String {
    let bytes = AnyValue { value: Some(value) }.encode_to_vec();
    written(message("resourceSpans.resource.attributes.value"), &bytes)
}

fn context(trace: u128, id: u64) -> SpanContext {
    let state = TraceState::from_key_value([("vendor", "a")]).unwrap();
    SpanContext::new(TraceId::from(trace), SpanId::from(id), TraceFlags::SAMPLED, true, state)
}

#[test]
fn a_span_is_this_text() {
    let at = |nanos| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos);
    let mut data = span("GET \"/\"\n");
    data.span_context = context(0x5b8e_fff7_9803_8103_d269_b633_813f_c60c, 0xeee1_9b7e_c3c1_b174);
    data.parent_span_id = SpanId::from(0xeee1_9b7e_c3c1_b173);
    data.parent_span_is_remote = false;
    data.span_kind = SpanKind::Server;
    (data.start_time, data.end_time) = (at(1_544_712_660_000_000_000), at(u64::MAX));
    data.attributes = vec![
        KeyValue::new("int", i64::MIN),
        KeyValue::new("list", Value::Array(Array::F64(vec![0.5, f64::INFINITY]))),
    ];
    data.dropped_attributes_count = 3;
    data.events.events = vec![Event::new("é\u{1}", at(7), vec![KeyValue::new("nan", f64::NAN)], 0)];
    data.links.links = vec![Link::new(context(1, 2), Vec::new(), 4)];
    data.status = Status::error("wrong");
    data.instrumentation_scope = InstrumentationScope::builder("test").with_version("1").build();
    let resource = Resource::builder_empty().with_attribute(KeyValue::new("service.name", "s")).build();
    let [Part::Send(bytes, 1)] = &spans::parts(&[data], &resource, usize::MAX, &Buffers::default())[..]
    else {
        panic!()
    };
    let expected = concat!(
        r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"#,
        r#""scopeSpans":[{"scope":{"name":"test","version":"1"},"spans":[{"#,
        r#""traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","traceState":"vendor=a","#,
        r#""parentSpanId":"eee19b7ec3c1b173","name":"GET \"/\"\n","kind":2,"#,
        r#""startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"18446744073709551615","#,
        r#""attributes":[{"key":"int","value":{"intValue":"-9223372036854775808"}},"#,
        r#"{"key":"list","value":{"arrayValue":{"values":[{"doubleValue":0.5},{"doubleValue":"Infinity"}]}}}],"#,
        r#""droppedAttributesCount":3,"events":[{"timeUnixNano":"7","name":"é\u0001","#,
        r#""attributes":[{"key":"nan","value":{"doubleValue":"NaN"}}]}],"#,
        r#""links":[{"traceId":"00000000000000000000000000000001","spanId":"0000000000000002","#,
        r#""traceState":"vendor=a","droppedAttributesCount":4,"flags":769}],"#,
        r#""status":{"message":"wrong","code":2},"flags":257}]}]}]}"#,
    );
    assert_eq!(written(&EXPORT_TRACES, bytes), expected);
}

#[test]
fn values_have_the_names_of_their_kinds_and_defaults_are_values() {
    use any_value::Value::{
        ArrayValue as Array, BoolValue, BytesValue, DoubleValue, IntValue, KvlistValue, StringValue,
    };
    for (given, expected) in [
        (StringValue(String::new()), r#"{"stringValue":""}"#),
        (StringValue("\u{7f}\u{2028}\\/\t😀".to_owned()), "{\"stringValue\":\"\u{7f}\u{2028}\\\\/\\t😀\"}"),
        (BoolValue(false), r#"{"boolValue":false}"#),
        (BoolValue(true), r#"{"boolValue":true}"#),
        (IntValue(0), r#"{"intValue":"0"}"#),
        (IntValue(-1), r#"{"intValue":"-1"}"#),
        (IntValue(i64::MAX), r#"{"intValue":"9223372036854775807"}"#),
        (DoubleValue(0.0), r#"{"doubleValue":0.0}"#),
        (DoubleValue(-0.0), r#"{"doubleValue":-0.0}"#),
        (DoubleValue(0.1), r#"{"doubleValue":0.1}"#),
        (DoubleValue(f64::MAX), r#"{"doubleValue":1.7976931348623157e308}"#),
        (DoubleValue(f64::from_bits(1)), r#"{"doubleValue":5e-324}"#),
        (DoubleValue(f64::NAN), r#"{"doubleValue":"NaN"}"#),
        (DoubleValue(f64::INFINITY), r#"{"doubleValue":"Infinity"}"#),
        (DoubleValue(f64::NEG_INFINITY), r#"{"doubleValue":"-Infinity"}"#),
        (Array(ArrayValue { values: Vec::new() }), r#"{"arrayValue":{}}"#),
        (Array(ArrayValue { values: vec![AnyValue { value: None }] }), r#"{"arrayValue":{"values":[{}]}}"#),
        (KvlistValue(KeyValueList { values: Vec::new() }), r#"{"kvlistValue":{}}"#),
        (BytesValue(Vec::new()), r#"{"bytesValue":""}"#),
        (BytesValue(b"f".to_vec()), r#"{"bytesValue":"Zg=="}"#),
        (BytesValue(b"fo".to_vec()), r#"{"bytesValue":"Zm8="}"#),
        (BytesValue(b"foo".to_vec()), r#"{"bytesValue":"Zm9v"}"#),
        (BytesValue(vec![0xfb, 0xff, 0xfe, 0x00]), r#"{"bytesValue":"+//+AA=="}"#),
    ] {
        assert_eq!(value(given), expected);
    }
}

#[test]
fn points_have_texts_for_whole_numbers_and_lists_of_them() {
    let point =
        |value| NumberDataPoint { value: Some(value), time_unix_nano: 5, flags: 1, ..Default::default() };
    let number = message("resourceMetrics.scopeMetrics.metrics.sum.dataPoints");
    let int = point(number_data_point::Value::AsInt(-5));
    assert_eq!(written(number, &int.encode_to_vec()), r#"{"timeUnixNano":"5","asInt":"-5","flags":1}"#);
    let double = point(number_data_point::Value::AsDouble(1e21));
    assert_eq!(written(number, &double.encode_to_vec()), r#"{"timeUnixNano":"5","asDouble":1e21,"flags":1}"#);

    let histogram = HistogramDataPoint {
        count: u64::MAX,
        sum: Some(0.0),
        bucket_counts: vec![0, 1, u64::MAX],
        explicit_bounds: vec![-1.5, 1e300],
        min: Some(f64::NAN),
        ..Default::default()
    };
    assert_eq!(
        written(
            message("resourceMetrics.scopeMetrics.metrics.histogram.dataPoints"),
            &histogram.encode_to_vec()
        ),
        r#"{"count":"18446744073709551615","sum":0.0,"bucketCounts":["0","1","18446744073709551615"],"explicitBounds":[-1.5,1e300],"min":"NaN"}"#,
    );

    let exponential = ExponentialHistogramDataPoint {
        scale: -10,
        positive: Some(Buckets { offset: i32::MIN, bucket_counts: vec![300, 0] }),
        negative: Some(Buckets { offset: i32::MAX, bucket_counts: Vec::new() }),
        ..Default::default()
    };
    assert_eq!(
        written(
            message("resourceMetrics.scopeMetrics.metrics.exponentialHistogram.dataPoints"),
            &exponential.encode_to_vec(),
        ),
        r#"{"scale":-10,"positive":{"offset":-2147483648,"bucketCounts":["300","0"]},"negative":{"offset":2147483647}}"#,
    );
}

#[test]
fn an_exemplar_has_a_list_of_attributes_also_without_any() {
    let exemplar = |attributes| Exemplar {
        time_unix_nano: 5,
        filtered_attributes: attributes,
        value: Some(exemplar::Value::AsDouble(0.5)),
        ..Default::default()
    };
    let of = message("resourceMetrics.scopeMetrics.metrics.histogram.dataPoints.exemplars");
    let written = |exemplar: Exemplar| written(of, &exemplar.encode_to_vec());
    assert_eq!(
        written(exemplar(Vec::new())),
        r#"{"timeUnixNano":"5","asDouble":0.5,"filteredAttributes":[]}"#
    );
    let attribute = ProtoKeyValue { key: "kind".to_owned(), ..Default::default() };
    assert_eq!(
        written(exemplar(vec![attribute])),
        r#"{"timeUnixNano":"5","asDouble":0.5,"filteredAttributes":[{"key":"kind"}]}"#
    );
    assert_eq!(written(Exemplar::default()), r#"{"filteredAttributes":[]}"#);
}

#[cfg(feature = "otlp-logs")]
#[test]
fn a_log_record_is_this_text() {
    use opentelemetry_proto::tonic::logs::v1::LogRecord;
    let record = LogRecord {
        time_unix_nano: 1,
        observed_time_unix_nano: 2,
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        body: Some(AnyValue { value: Some(any_value::Value::StringValue("said".to_owned())) }),
        flags: 1,
        trace_id: vec![0xab; 16],
        span_id: vec![0x01; 8],
        ..LogRecord::default()
    };
    let path = ["resourceLogs", "scopeLogs", "logRecords"];
    let record_of = path.iter().fold(&super::super::EXPORT_LOGS, |message, name| {
        let field = message.fields.iter().find(|field| field.name == *name).unwrap();
        let Kind::Message(inner) = field.kind else { panic!("{name} is no message") };
        inner
    });
    assert_eq!(
        written(record_of, &record.encode_to_vec()),
        concat!(
            r#"{"timeUnixNano":"1","severityNumber":9,"severityText":"INFO","#,
            r#""body":{"stringValue":"said"},"flags":1,"traceId":"abababababababababababababababab","#,
            r#""spanId":"0101010101010101","observedTimeUnixNano":"2"}"#,
        ),
    );
}

#[test]
fn what_is_unknown_is_left_out() {
    // Field 31 as a number, bytes, and both fixed sizes, around a schema URL.
    let bytes = [
        &[0xf8, 0x01, 0x07][..],
        &[0xfa, 0x01, 0x01, 0x00],
        &[0x1a, 0x01, b'x'],
        &[0xf9, 0x01, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0xfd, 0x01, 0, 0, 0, 0],
    ]
    .concat();
    assert_eq!(written(message("resourceSpans"), &bytes), r#"{"schemaUrl":"x"}"#);
    assert_eq!(written(message("resourceSpans"), &[]), "{}");
}

#[test]
fn bytes_that_are_no_message_are_refused() {
    let of = message("resourceSpans");
    let refused: [&[u8]; 9] = [
        // A length beyond the end, a number without an end, and one that is longer than 64 bits.
        &[0x1a, 0x05, b'x'],
        &[0x1a],
        &[0xff; 12],
        // A group; a text that is a number; a text that is not UTF-8.
        &[0x1b],
        &[0x18, 0x01],
        &[0x1a, 0x01, 0xff],
        // A field that stands twice, and a list in two places.
        &[0x1a, 0x00, 0x1a, 0x00],
        &[0x12, 0x00, 0x1a, 0x00, 0x12, 0x00],
        // Something wrong further in.
        &[0x12, 0x02, 0x1a, 0x05],
    ];
    for bytes in refused {
        assert_eq!(text(of, bytes), Err(Malformed), "{bytes:x?}");
    }
}
