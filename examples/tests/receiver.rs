//! What an OTLP receiver gets from one pass of the backend.

use std::collections::{BTreeMap, BTreeSet};

use it::process::command;
use it::sink::{Sink, SinkSpan, attribute};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::trace::v1::Status;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

/// One pass over the example's own catalog, exported to a receiver of its own.
fn pass(protocol: &str) -> Sink {
    let sink = Sink::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = command(env!("CARGO_BIN_EXE_backend"))
        .args(["--once", "--port", "0"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url())
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .current_dir(folder.path())
        .output()
        .expect("the backend starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(sink.undecodable(), Vec::<String>::new());
    sink
}

/// The spans of each trace.
fn traces(spans: &[SinkSpan]) -> BTreeMap<Vec<u8>, Vec<&SinkSpan>> {
    let mut traces: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for span in spans {
        traces.entry(span.span.trace_id.clone()).or_default().push(span);
    }
    traces
}

/// The sum over the points of a counter that carry no `error.type`.
fn total(sink: &Sink, name: &str) -> i64 {
    let metric = sink.wait_for_metric(name).metric;
    let Some(Data::Sum(sum)) = metric.data else { panic!("{name} is a sum") };
    let good = sum.data_points.iter().filter(|point| attribute(&point.attributes, "error.type").is_none());
    good.map(|point| match point.value {
        Some(Value::AsInt(count)) => count,
        other => panic!("{name} counts whole things, got {other:?}"),
    })
    .sum()
}

fn assert_complete(sink: &Sink) {
    let spans = sink.spans();
    let ids: BTreeSet<_> = spans.iter().map(SinkSpan::id).collect();
    assert_eq!(ids.len(), spans.len(), "no span comes twice");
    assert_eq!(total(sink, "otel.sdk.processor.span.processed"), as_i64(spans.len()), "no span is lost");

    // Each pass over an entity is one trace, and each span's parent arrived too.
    let mut passes = 0;
    for spans in traces(&spans).values() {
        let ids: BTreeSet<_> = spans.iter().map(|span| &span.span.span_id).collect();
        let roots: Vec<_> = spans.iter().filter(|span| span.span.parent_span_id.is_empty()).collect();
        let [root] = roots.as_slice() else { panic!("a trace has one root: {roots:#?}") };
        for span in spans {
            let parent = &span.span.parent_span_id;
            assert!(parent.is_empty() || ids.contains(parent), "the parent is missing: {span:#?}");
        }
        passes += usize::from(root.span.name == "ProcessingRun");
        let elsewhere = spans.iter().filter(|span| span.span.name == "ProcessingRun").count();
        assert_eq!(elsewhere, usize::from(root.span.name == "ProcessingRun"), "{root:#?}");
    }
    assert_eq!(total(sink, "backstage.plugin.catalog.processed.entities.count"), as_i64(passes));
    assert!(passes > 20, "{passes}");

    let failed: Vec<_> = spans.iter().filter(|span| code(span) == StatusCode::Error).collect();
    assert!(!failed.is_empty(), "some entities of the example are wrong on purpose");
    let parents: BTreeSet<_> = failed.iter().map(|span| &span.span.parent_span_id).collect();
    for span in &failed {
        assert!(span.attribute("error.type").is_some(), "{span:#?}");
        // An error that comes out of several calls is an event where it began.
        if parents.contains(&span.span.span_id) {
            continue;
        }
        let exception = span.span.events.iter().find(|event| event.name == "exception");
        let exception = exception.unwrap_or_else(|| panic!("an exception event: {span:#?}"));
        assert!(attribute(&exception.attributes, "exception.message").is_some(), "{span:#?}");
    }
}

fn code(span: &SinkSpan) -> StatusCode {
    span.span.status.as_ref().map_or(StatusCode::Unset, Status::code)
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).expect("a small number")
}

#[test]
fn a_pass_over_http_arrives_complete_and_connected() {
    assert_complete(&pass("http/protobuf"));
}

#[test]
fn a_pass_over_grpc_arrives_complete_and_connected() {
    assert_complete(&pass("grpc"));
}
