//! Spans to a collector that takes its time, with default settings.

use std::time::Duration;

use bench_harness::collector::Collector;
use bench_harness::offered::offer;
use telemetry_runtime::Telemetry;
use telemetry_runtime::config::Environment;
use telemetry_runtime::traced;

#[traced(plugin = "bench")]
fn work(index: u64) -> u64 {
    std::hint::black_box(index)
}

/// Prints how many spans a second were made, how many arrived, and how many were dropped.
pub fn print(rate: u64, seconds: u64) {
    let collector = Collector::start(Duration::from_millis(10));
    let variables = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT".to_owned(), collector.url())];
    let telemetry = Telemetry::builder()
        .without_config_files()
        .environment(variables.into_iter().collect::<Environment>())
        .prometheus_port(0)
        .shutdown_timeout(Duration::from_secs(60))
        .bootstrap()
        .expect("telemetry starts");
    let made = offer(rate, Duration::from_secs(seconds), |index| {
        std::hint::black_box(work(index));
    });
    let _ = telemetry.flush(Duration::from_secs(60));
    let dropped = dropped(&telemetry);
    drop(telemetry);
    let arrived = collector.spans();
    assert_eq!(made, arrived + dropped, "what did not arrive was counted");
    println!("{} {} {dropped}", made / seconds, arrived / seconds);
}

/// What telemetry itself says was lost.
fn dropped(telemetry: &Telemetry) -> u64 {
    let snapshot = telemetry.collect().expect("metrics are on");
    let metrics = snapshot.scopes.iter().flat_map(|scope| &scope.metrics);
    let processed =
        metrics.filter(|metric| &*metric.name == "otel.sdk.processor.span.processed").flat_map(|metric| {
            match &metric.data {
                telemetry_runtime::metrics::MetricData::Sum { points, .. } => points.as_slice(),
                _ => &[],
            }
        });
    // The points with an `error.type`.
    processed.filter(|point| !point.attributes.is_empty()).map(|point| point.value.as_f64() as u64).sum()
}
