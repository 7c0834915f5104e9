//! Row 18: spans with what hardly fits into one, read at a receiver, behind a collector and at a receiver
//! that share nothing with us.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use it::otelite::Otelite;
use it::rotel::Rotel;
use it::sink::{Sink, SinkSpan, attribute};
use opentelemetry::trace::{Span as _, Tracer as _};
use opentelemetry::{KeyValue, global};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use serde_json::Value as Json;
use telemetry_runtime::Telemetry;

use crate::figures::{alone, count, whole_row};

const YEAR: u64 = 365 * 86_400;
/// The bytes of a text that gRPC's usual 4 MiB do not hold.
const LONG: usize = 5 << 20;
const MANY: usize = 10_000;

fn start(url: &str, protocol: &str) -> Telemetry {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        // Spans only, in one batch.
        ("OTEL_METRICS_EXPORTER", "none"),
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
    ];
    Telemetry::builder()
        .without_config_files()
        .environment(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
        .bootstrap()
        .expect("the variables are a valid configuration")
}

/// Which numbers a reader is given.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Numbers {
    All,
    /// Without NaN and infinities.
    Finite,
}

/// The spans, in one batch, between two that have nothing particular.
fn record(numbers: Numbers) {
    let tracer = global::tracer("extremes");
    let year = |year: u64| SystemTime::UNIX_EPOCH + Duration::from_secs((year - 1970) * YEAR);
    let span =
        |name: &'static str, attributes: Vec<KeyValue>| tracer.span_builder(name).with_attributes(attributes);
    span("before", Vec::new()).start(&tracer).end();
    let mut values = vec![
        KeyValue::new("max", i64::MAX),
        KeyValue::new("min", i64::MIN),
        KeyValue::new("small", f64::from_bits(1)),
    ];
    if numbers == Numbers::All {
        let none = [("nan", f64::NAN), ("inf", f64::INFINITY), ("-inf", f64::NEG_INFINITY)];
        values.extend(none.map(|(key, value)| KeyValue::new(key, value)));
    }
    span("numbers", values).start(&tracer).end();
    let first = SystemTime::UNIX_EPOCH - Duration::from_secs(1969 * YEAR);
    span("times", Vec::new()).with_start_time(first).start(&tracer).end_with_timestamp(year(9999));
    span("long", vec![KeyValue::new("body", "x".repeat(LONG))]).start(&tracer).end();
    let many = (0..MANY).map(|number| KeyValue::new(format!("key.{number}"), "a")).collect();
    let mut many = span("many", many).start(&tracer);
    (0..MANY).for_each(|number| many.add_event(format!("event {number}"), Vec::new()));
    many.end();
    span("after", Vec::new()).start(&tracer).end();
}

const NAMES: [&str; 6] = ["before", "numbers", "times", "long", "many", "after"];

/// Records the spans for the receiver at `url`, which is to take them all.
fn send(reader: &str, protocol: &str, url: &str, numbers: Numbers) {
    let telemetry = start(url, protocol);
    record(numbers);
    telemetry.flush(Duration::from_secs(60)).unwrap_or_else(|error| panic!("{reader}: {error}"));
}

/// Records the spans for the receiver at `url`, and gives those that come to `sink`, by name, each once.
fn delivered(
    reader: &str,
    protocol: &str,
    url: &str,
    sink: &Sink,
    numbers: Numbers,
) -> HashMap<String, SinkSpan> {
    send(reader, protocol, url, numbers);
    sink.wait_until(&format!("{reader} having every span"), |sink| sink.span_count() >= NAMES.len());
    let spans: HashMap<_, _> = sink.spans().into_iter().map(|span| (span.span.name.clone(), span)).collect();
    assert_eq!(sink.span_count(), NAMES.len(), "{reader}: no span comes twice");
    assert!(NAMES.iter().all(|name| spans.contains_key(*name)), "{reader}: {:?}", spans.keys());
    spans
}

/// What every reader has to find.
fn assert_extremes(reader: &str, spans: &HashMap<String, SinkSpan>, numbers: Numbers, length: usize) {
    let found = &spans["numbers"].span.attributes;
    let double = |key: &str| match attribute(found, key) {
        Some(Value::DoubleValue(value)) => *value,
        other => panic!("{reader}: {key} is {other:?}"),
    };
    if numbers == Numbers::All {
        assert!(double("nan").is_nan(), "{reader}");
        assert_eq!((double("inf"), double("-inf")), (f64::INFINITY, f64::NEG_INFINITY), "{reader}");
    }
    assert_eq!(double("small").to_bits(), 1, "{reader}");
    assert_eq!(attribute(found, "max"), Some(&Value::IntValue(i64::MAX)), "{reader}");
    assert_eq!(attribute(found, "min"), Some(&Value::IntValue(i64::MIN)), "{reader}");

    // OTLP's times begin in 1970 and end in 2554.
    let times = &spans["times"].span;
    assert_eq!((times.start_time_unix_nano, times.end_time_unix_nano), (0, u64::MAX), "{reader}");

    let many = &spans["many"].span;
    let attributes = many.attributes.len() + many.dropped_attributes_count as usize;
    let events = many.events.len() + many.dropped_events_count as usize;
    assert_eq!((many.attributes.len(), many.events.len()), (128, 128), "{reader}");
    assert_eq!((attributes, events), (MANY, MANY), "{reader}: what was dropped is counted");

    match attribute(&spans["long"].span.attributes, "body") {
        Some(Value::StringValue(text)) => assert_eq!(text.len(), length, "{reader}"),
        other => panic!("{reader}: the long text is {other:?}"),
    }
}

/// What otelite has to show, which keeps no counts of what was dropped, attributes as texts, and times as signed numbers.
fn assert_shown(reader: &str, otelite: &Otelite, numbers: Numbers, length: usize) {
    let list = otelite.spans();
    let name = |span: &Json| span["name"].as_str().map(str::to_owned);
    let spans: HashMap<_, _> = list.iter().filter_map(|span| Some((name(span)?, span))).collect();
    assert_eq!(
        (otelite.span_count(), list.len()),
        (NAMES.len(), NAMES.len()),
        "{reader}: no span comes twice"
    );
    assert!(NAMES.iter().all(|name| spans.contains_key(*name)), "{reader}: {:?}", spans.keys());

    let text = |span: &str, key: &str| spans[span]["attributes"][key].as_str().map(str::to_owned);
    let double = |key: &str| -> Option<f64> { text("numbers", key)?.parse().ok() };
    if numbers == Numbers::All {
        assert!(double("nan").is_some_and(f64::is_nan), "{reader}");
        assert_eq!(
            (double("inf"), double("-inf")),
            (Some(f64::INFINITY), Some(f64::NEG_INFINITY)),
            "{reader}"
        );
    }
    assert_eq!(double("small").map(f64::to_bits), Some(1), "{reader}");
    assert_eq!(text("numbers", "max"), Some(i64::MAX.to_string()), "{reader}");
    assert_eq!(text("numbers", "min"), Some(i64::MIN.to_string()), "{reader}");

    let time = |key: &str| spans["times"][key].as_i64().map(i64::cast_unsigned);
    assert_eq!((time("start_time"), time("end_time")), (Some(0), Some(u64::MAX)), "{reader}");

    // It adds the name of the scope to the attributes.
    let many = spans["many"];
    let attributes =
        many["attributes"].as_object().map(|list| list.keys().filter(|key| key.starts_with("key.")).count());
    assert_eq!((attributes, many["events"].as_array().map(Vec::len)), (Some(128), Some(128)), "{reader}");

    assert_eq!(text("long", "body").map(|text| text.len()), Some(length), "{reader}");
}

#[test]
fn row_18_what_hardly_fits_arrives_and_costs_no_other_span() {
    let _alone = alone();
    for protocol in ["grpc", "http/protobuf", "http/json"] {
        // Over gRPC the text is cut to what receivers take, and over HTTP it need not be.
        let length = if protocol == "grpc" { LONG / 2 } else { LONG };
        let sink = Sink::start();
        let spans = delivered(protocol, protocol, &sink.url(), &sink, Numbers::All);
        assert_extremes(protocol, &spans, Numbers::All, length);
        let mut readers = "at a receiver".to_owned();

        let behind = Sink::start();
        if let Some(rotel) = Rotel::start(&behind.url()) {
            let reader = format!("Rotel over {protocol}");
            // It refuses a request in JSON with the texts that OTLP has for numbers that are none.
            let numbers = if protocol == "http/json" { Numbers::Finite } else { Numbers::All };
            let spans = delivered(&reader, protocol, &rotel.url(protocol), &behind, numbers);
            assert_extremes(&reader, &spans, numbers, length);
            readers.push_str(" and behind Rotel");
            if numbers == Numbers::Finite {
                readers.push_str(" (without NaN and infinities)");
            }
        }

        if let Some(otelite) = Otelite::start() {
            let reader = format!("otelite over {protocol}");
            // It refuses what Rotel refuses.
            let numbers = if protocol == "http/json" { Numbers::Finite } else { Numbers::All };
            send(&reader, protocol, &otelite.url(protocol), numbers);
            assert_shown(&reader, &otelite, numbers, length);
            readers.push_str(" and at otelite");
            if numbers == Numbers::Finite {
                readers.push_str(" (without NaN and infinities)");
            }
        }
        whole_row(
            18,
            format_args!(
                "{protocol}: {} of {0} spans {readers}: of a text of {} bytes {}, of {} attributes and events 128 with \
                 the others counted, numbers as sent, times to 1970 and 2554",
                NAMES.len(),
                count(LONG),
                count(length),
                count(MANY),
            ),
        );
    }
}
