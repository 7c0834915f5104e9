//! Row 24 of the reliability matrix, no telemetry from telemetry: a program that does nothing exports nothing of its own
//! exports, though everything that `tracing` sees is recorded, down to what the clients of the exports write at TRACE.
//!
//! The program is this test again, in a process of its own, so that the receiver's events are not among those recorded.

use std::process::{Command, Stdio};
use std::time::Duration;

use http::StatusCode;
use it::sink::{Request, Sink};
use telemetry_instrumentation::tracing::{LogExport, logs, spans};
use telemetry_runtime::Telemetry;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::otlp_logs::Receiver;

const PROGRAM: &str = "IDLE_PROGRAM_SECONDS";

/// Idle for so many seconds, and busy with `tracing` after the end of telemetry.
fn program(seconds: u64) {
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(logs()).with(spans()))
        .expect("there is no other subscriber");
    let telemetry = Telemetry::builder()
        .without_config_files()
        .prometheus_port(0)
        .register_instrumentation(LogExport)
        .bootstrap()
        .expect("the environment is a valid configuration");
    tracing::info!("started");
    std::thread::park_timeout(Duration::from_secs(seconds));
    // Whether the receiver takes all signals is not the question here.
    drop(telemetry);
    for _ in 0..1_000 {
        tracing::info_span!("late").in_scope(|| tracing::trace!("after the end"));
    }
}

/// Has the program idle, with all signals going to `url`, metrics ten times a second.
fn idle(url: &str, protocol: &str, seconds: u64) {
    let this = std::env::current_exe().expect("this test is a file");
    let output = Command::new(this)
        .args(["--exact", "idle::an_idle_program_exports_nothing_of_its_exports", "--nocapture"])
        .env(PROGRAM, seconds.to_string())
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("OTEL_METRICS_EXPORTER", "otlp")
        .env("OTEL_METRIC_EXPORT_INTERVAL", "100")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{protocol}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_idle_program_exports_nothing_of_its_exports() {
    if let Ok(seconds) = std::env::var(PROGRAM) {
        program(seconds.parse().expect("a number of seconds"));
        return;
    }
    let full = std::env::var("RELIABILITY").is_ok_and(|size| size == "full");
    let seconds = if full { 60 } else { 3 };
    for protocol in ["http/protobuf", "grpc"] {
        let sink = Sink::start();
        idle(&sink.url(), protocol, seconds);
        let of_metrics = |export: &it::sink::Export| matches!(export.request, Request::Metrics(_));
        let exports = sink.exports().iter().filter(|export| of_metrics(export)).count();
        // Each of them would have made spans and events, were they not quiet.
        assert!(exports >= 5, "{protocol}: {exports} exports");
        assert_eq!(sink.spans().len(), 0, "{protocol}");
        eprintln!("row 24: {protocol}, {seconds} s idle: {exports} exports of metrics made no span");
    }
    let receiver = Receiver::start(StatusCode::OK);
    idle(&receiver.url, "http/protobuf", seconds);
    let records = receiver.records();
    assert!((1..=10).contains(&records.len()), "{records:#?}");
    eprintln!("row 24: http/protobuf, {seconds} s idle: {} log records", records.len());
}
