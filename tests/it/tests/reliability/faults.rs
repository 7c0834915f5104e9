//! Rows 3 and 4: a collector that fails for a moment costs nothing, one that refuses is asked once, and one that is slow is
//! waited for as long as the timeout says.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use it::exposition::Exposition;
use it::http;
use it::sink::{Fault, Sink};
use it::work::{STEPS, work};
use telemetry_runtime::export::Diagnostics;
use telemetry_runtime::{Error, ErrorKind, Telemetry};

use crate::figures::{Size, alone, row, whole_row};

/// More than anything here should take.
const ENOUGH: Duration = Duration::from_secs(20);
const PROTOCOLS: [&str; 3] = ["grpc", "http/protobuf", "http/json"];
/// What the receiver asks senders to wait.
const ASKED: Duration = Duration::from_secs(1);

/// What telemetry counted, in spans.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Counts {
    delivered: f64,
    lost: f64,
}

/// What one export of the known work did.
struct Outcome {
    sink: Sink,
    flushed: Result<(), Error>,
    took: Duration,
    counted: Counts,
}

fn counts(telemetry: &Telemetry) -> Counts {
    let address = telemetry.prometheus_address().expect("the endpoint listens");
    let scrape = Exposition::parse(http::get(address, "/metrics", &[]).text());
    let exported = |lost: bool| {
        let series = scrape.samples.iter().filter(|series| {
            let is_lost = series.labels.get("error_type").is_some_and(|loss| !loss.is_empty());
            series.name == "otel_sdk_exporter_span_exported_total" && is_lost == lost
        });
        series.map(|series| series.value).sum()
    };
    Counts { delivered: exported(false), lost: exported(true) }
}

/// Exports the known work once, to a receiver that answers the first `times` exports with `fault`.
fn export(protocol: &str, times: usize, fault: Fault) -> Outcome {
    let sink = Sink::start();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol.to_owned()),
        // Spans only, in one batch.
        ("OTEL_METRICS_EXPORTER", "prometheus".to_owned()),
        ("OTEL_BSP_SCHEDULE_DELAY", "600000".to_owned()),
    ];
    let telemetry = Telemetry::builder()
        .without_config_files()
        .environment(variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        .prometheus_port(0)
        .diagnostics(Diagnostics::to_hook(|_| {}))
        .bootstrap()
        .expect("the variables are a valid configuration");
    // The first look at the queue comes at once; it must not find a part of the work.
    telemetry.flush(ENOUGH).expect("there is nothing to export");
    // The counts are those of the process.
    let before = counts(&telemetry);
    sink.fail_next(times, fault);
    work();
    let start = Instant::now();
    let flushed = telemetry.flush(ENOUGH);
    let took = start.elapsed();
    let after = counts(&telemetry);
    let counted = Counts { delivered: after.delivered - before.delivered, lost: after.lost - before.lost };
    Outcome { sink, flushed, took, counted }
}

#[expect(clippy::cast_precision_loss, reason = "a small number")]
const ALL: f64 = STEPS as f64;

#[test]
fn a_failure_that_passes_costs_no_span_and_doubles_none() {
    let _alone = alone();
    for protocol in PROTOCOLS {
        for (what, times, fault) in [
            ("503 twice", 2, Fault::unavailable()),
            ("429 with Retry-After", 1, Fault::throttled(ASKED)),
            ("dropped connection", 1, Fault::Drop),
        ] {
            let outcome = export(protocol, times, fault);
            outcome.flushed.unwrap_or_else(|error| panic!("{protocol}, {what}: {error}"));
            let spans = outcome.sink.spans();
            let unique: HashSet<_> = spans.iter().map(|span| span.span.span_id.clone()).collect();
            assert_eq!((spans.len(), unique.len()), (STEPS, STEPS), "{protocol}, {what}");
            assert_eq!(outcome.sink.faults(), times, "{protocol}, {what}");
            assert_eq!(outcome.sink.attempts(), times + outcome.sink.exports().len(), "{protocol}, {what}");
            assert_eq!(outcome.counted, Counts { delivered: ALL, lost: 0.0 }, "{protocol}, {what}");
            if what.contains("Retry-After") {
                assert!(outcome.took >= ASKED, "{protocol}: asked again after {:?}", outcome.took);
            }
            whole_row(
                3,
                format_args!("{protocol}, {what}: {STEPS} of {STEPS} spans once, after {:.2?}", outcome.took),
            );
        }
    }
}

#[test]
fn a_batch_that_is_refused_is_sent_once_and_counted() {
    let _alone = alone();
    for protocol in PROTOCOLS {
        let outcome = export(protocol, usize::MAX, Fault::refused());
        assert_eq!(outcome.flushed.expect_err("spans were lost").kind(), ErrorKind::Export);
        assert_eq!(outcome.sink.attempts(), 1, "{protocol}: no retry");
        assert_eq!(outcome.counted, Counts { delivered: 0.0, lost: ALL }, "{protocol}");
        whole_row(4, format_args!("{protocol}, 400: 1 attempt, {STEPS} of {STEPS} spans counted as lost"));
    }
}

#[test]
fn what_a_collector_rejects_of_a_batch_is_counted_to_the_unit() {
    let _alone = alone();
    for protocol in PROTOCOLS {
        let fault = Fault::Partial { rejected: 7, message: "seven are too long".to_owned() };
        let outcome = export(protocol, 1, fault);
        assert_eq!(outcome.flushed.expect_err("spans were lost").kind(), ErrorKind::Export);
        assert_eq!(outcome.sink.attempts(), 1, "{protocol}: no retry");
        assert_eq!(outcome.counted, Counts { delivered: ALL - 7.0, lost: 7.0 }, "{protocol}");
        whole_row(4, format_args!("{protocol}, partial success: 7 rejected, 7 counted, 1 attempt"));
    }
}

/// The variables that say how long an export may take.
const TIMEOUTS: [&str; 3] =
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"];

/// Exports the known work once, spans and counts, to a receiver that answers after `delay`.
fn export_unhurried(protocol: &str, variable: &str, delay: Duration) -> Sink {
    let sink = Sink::start();
    sink.fail(Fault::Delay(delay));
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol.to_owned()),
        (variable, "0".to_owned()),
        ("OTEL_METRICS_EXPORTER", "otlp".to_owned()),
        // Both are exported by the flush.
        ("OTEL_BSP_SCHEDULE_DELAY", "600000".to_owned()),
        ("OTEL_METRIC_EXPORT_INTERVAL", "600000".to_owned()),
    ];
    let telemetry = Telemetry::builder()
        .without_config_files()
        .environment(variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        .diagnostics(Diagnostics::to_hook(|_| {}))
        .bootstrap()
        .expect("the variables are a valid configuration");
    assert!(telemetry.notices().is_empty(), "{variable}=0 is as good as another value");
    work();
    let flushed = telemetry.flush(Duration::from_secs(60));
    flushed.unwrap_or_else(|error| panic!("{protocol}, {variable}=0: {error}"));
    sink
}

#[test]
fn a_timeout_of_zero_is_no_limit_and_a_late_answer_is_waited_for() {
    let _alone = alone();
    let size = Size::of_run();
    // At full size more than the 10 s that an export is given by default, which only the variable of all signals lifts for
    // both of them.
    let (shared, delay) = (TIMEOUTS[0], Duration::from_millis(size.pick(300, 11_000)));
    for protocol in PROTOCOLS {
        for variable in TIMEOUTS {
            let delay = if variable == shared { delay } else { Duration::from_millis(300) };
            let sink = export_unhurried(protocol, variable, delay);
            assert_eq!(sink.spans().len(), STEPS, "{protocol}, {variable}=0");
            let metrics = sink.last_metrics();
            let steps = metrics.iter().any(|metric| metric.metric.name.ends_with("steps.done"));
            assert!(steps, "{protocol}, {variable}=0: {metrics:?}");
        }
        row(
            3,
            format_args!(
                "{protocol}: with a timeout of 0 an answer after {delay:?} is waited for, {STEPS} of {STEPS} spans arrive"
            ),
        );
    }
}
