//! A program that exports over OTLP and exits: what arrives is what it made.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::process::Command;

use it::exposition::Exposition;
use it::sink::{Sink, SinkMetric, SinkSpan, attribute, text};
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

struct Run {
    sink: Sink,
    made: usize,
    scrape: Exposition,
}

/// Runs the program `traffic` against a sink of its own.
fn run(protocol: &str) -> Run {
    let sink = Sink::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_traffic"))
        .current_dir(folder.path())
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url())
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .output()
        .expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "", "nothing goes wrong");
    let output = String::from_utf8(output.stdout).expect("text");
    let (made, scrape) = output.split_once('\n').expect("a number, then the scrape");
    assert_eq!(sink.undecodable(), Vec::<String>::new());
    Run { made: made.parse().expect("a number"), scrape: Exposition::parse(scrape), sink }
}

#[test]
fn every_span_arrives_over_http() {
    assert_spans(&run("http/protobuf"));
}

#[test]
fn every_span_arrives_over_http_as_json() {
    assert_spans(&run("http/json"));
}

#[test]
fn every_span_arrives_over_grpc() {
    assert_spans(&run("grpc"));
}

#[test]
fn metrics_over_http_equal_the_scrape() {
    assert_metrics(&run("http/protobuf"));
}

#[test]
fn metrics_as_json_equal_the_scrape() {
    assert_metrics(&run("http/json"));
}

#[test]
fn metrics_over_grpc_equal_the_scrape() {
    assert_metrics(&run("grpc"));
}

fn assert_spans(run: &Run) {
    let spans = run.sink.spans();
    assert_eq!(spans.len(), run.made, "spans received = spans made");
    let ids: HashSet<_> = spans.iter().map(|span| span.span.span_id.clone()).collect();
    assert_eq!(ids.len(), spans.len(), "no span arrives twice");

    let mut traces: HashMap<&[u8], Vec<&SinkSpan>> = HashMap::new();
    for span in &spans {
        traces.entry(&span.span.trace_id).or_default().push(span);
        assert_eq!(span.scope.name, "backstage-plugin-traffic");
        assert_eq!(span.attribute("backstage.plugin.id").as_deref(), Some("traffic"));
    }
    for trace in traces.values() {
        assert_eq!(trace.len(), 4, "one connected trace per request");
        let root =
            trace.iter().find(|span| span.span.parent_span_id.is_empty()).expect("the trace has a root");
        assert_eq!(root.span.name, "handle");
        for child in trace.iter().filter(|span| span.span.name != "handle") {
            assert_eq!(
                child.span.parent_span_id, root.span.span_id,
                "{} is below its request",
                child.span.name
            );
        }
    }
    assert_outcomes(&spans, traces.len());
}

/// Half of the `store` spans failed, every `notify` was cancelled, and nothing else is special.
fn assert_outcomes(spans: &[SinkSpan], requests: usize) {
    let failed: Vec<_> = spans.iter().filter(|span| span.attribute("error.type").is_some()).collect();
    assert_eq!(failed.len(), requests / 2);
    for span in failed {
        assert_eq!(span.span.name, "store");
        let status = span.span.status.as_ref().expect("a status");
        assert_eq!(status.code(), StatusCode::Error);
        assert!(status.message.ends_with(" is odd"), "{}", status.message);
        let event = span.span.events.first().expect("an exception event");
        assert_eq!(event.name, "exception");
        let message = attribute(&event.attributes, "exception.message").map(text);
        assert_eq!(message.as_deref(), Some(status.message.as_str()));
        let kind = attribute(&event.attributes, "exception.type").map(text);
        assert_eq!(kind, span.attribute("error.type"));
    }
    let cancelled: Vec<_> =
        spans.iter().filter(|span| span.attribute("outcome").as_deref() == Some("cancelled")).collect();
    assert_eq!(cancelled.len(), requests);
    assert!(cancelled.iter().all(|span| span.span.name == "notify"));
}

/// The last export says what the scrape says, point by point and bucket by bucket.
fn assert_metrics(run: &Run) {
    let metrics = run.sink.last_metrics();
    let find = |name: &str| -> &SinkMetric {
        let full = format!("backstage.plugin.traffic.requests.{name}");
        metrics.iter().find(|metric| metric.metric.name == full).unwrap_or_else(|| panic!("{full} arrives"))
    };
    let handled = find("handled");
    assert_eq!(handled.metric.unit, "{request}");
    let Some(metric::Data::Sum(sum)) = &handled.metric.data else { panic!("a counter is a sum") };
    assert!(sum.is_monotonic);
    for point in &sum.data_points {
        let labels = labels(&point.attributes);
        let Some(number_data_point::Value::AsInt(value)) = point.value else { panic!("a whole number") };
        assert_eq!(scraped(run, "handled_total", &labels), value.to_string(), "{labels:?}");
    }
    assert_eq!(sum.data_points.len(), count(run, "handled_total"), "no point is missing");

    let Some(metric::Data::Histogram(histogram)) = &find("duration").metric.data else {
        panic!("a histogram")
    };
    for point in &histogram.data_points {
        let labels = labels(&point.attributes);
        let mut cumulative = 0;
        for (index, bucket) in point.bucket_counts.iter().enumerate() {
            cumulative += bucket;
            let bound =
                point.explicit_bounds.get(index).map_or("+Inf".to_owned(), |bound| format!("{bound:?}"));
            let mut labels = labels.clone();
            labels.insert("le".to_owned(), bound);
            assert_eq!(scraped(run, "duration_seconds_bucket", &labels), cumulative.to_string());
        }
        assert_eq!(point.count, cumulative);
        assert_eq!(scraped(run, "duration_seconds_count", &labels), point.count.to_string());
        assert_eq!(scraped(run, "duration_seconds_sum", &labels), point.sum.expect("a sum").to_string());
    }
    assert_eq!(histogram.data_points.len(), count(run, "duration_seconds_count"), "no point is missing");

    let Some(metric::Data::Sum(active)) = &find("active").metric.data else {
        panic!("an up-down counter is a sum")
    };
    assert!(!active.is_monotonic);
    assert!(active.data_points.iter().all(|point| point.value == Some(number_data_point::Value::AsInt(0))));
}

fn labels(attributes: &[opentelemetry_proto::tonic::common::v1::KeyValue]) -> BTreeMap<String, String> {
    attributes
        .iter()
        .map(|pair| {
            let value = attribute(attributes, &pair.key).map(text).expect("a value");
            (pair.key.replace('.', "_"), value)
        })
        .collect()
}

/// The value of the one scraped sample with these labels, beside those of the scope, as a number's plain text.
fn scraped(run: &Run, name: &str, labels: &BTreeMap<String, String>) -> String {
    let name = format!("backstage_plugin_traffic_requests_{name}");
    let mut found = run.scrape.samples.iter().filter(|sample| {
        let own = sample.labels.iter().filter(|(key, _)| !key.starts_with("otel_scope_"));
        sample.name == name && own.eq(labels.iter())
    });
    let sample = found.next().unwrap_or_else(|| panic!("{name} {labels:?} is scraped"));
    assert!(found.next().is_none(), "{name} {labels:?} is scraped once");
    sample.value.to_string()
}

fn count(run: &Run, name: &str) -> usize {
    let name = format!("backstage_plugin_traffic_requests_{name}");
    run.scrape.samples.iter().filter(|sample| sample.name == name).count()
}
