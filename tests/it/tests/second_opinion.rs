//! OTLP as an independent receiver reads it: `../shared/tools/otlp_receiver.py`, beside the workspace where it exists.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use it::process::{Process, free_port};
use it::sink::Sink;
use it::{component, http, wait};
use serde_json::Value;
use telemetry_runtime::{Counter, MetricSet, Telemetry, metric, traced};

const CALLS: usize = 300;

/// What the calls count by hand.
#[derive(MetricSet)]
#[metric_set(plugin = "opinion")]
struct OpinionMetrics {
    /// Calls.
    #[metric(counter = "calls.made", unit = "{call}")]
    made: Counter<u64>,
}

#[traced(plugin = "opinion")]
#[metric(plugin = "opinion", histogram = "calls.duration")]
fn call(number: usize) -> Result<(), String> {
    OpinionMetrics::get().made.add(1);
    inner();
    if number.is_multiple_of(3) { Err(format!("call {number} is a multiple of three")) } else { Ok(()) }
}

#[traced(plugin = "opinion")]
fn inner() {}

#[test]
fn an_independent_receiver_counts_what_ours_counts() {
    let Some(script) = component::beside_workspace("shared/tools/otlp_receiver.py") else { return };
    let Some(python) = component::python(&["grpc", "opentelemetry.proto"]) else { return };
    let web = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let grpc = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let mut receiver = Process::start(Command::new(python).arg(script).args([
        "--http",
        &web.to_string(),
        "--grpc",
        &grpc.to_string(),
    ]));
    wait::until("the receiver starts", || {
        assert!(receiver.is_running(), "the receiver ended");
        std::net::TcpStream::connect(web).ok()
    });
    let ours = Sink::start();
    let exporters = format!(
        "[ {{ type: otlp, config: {{ endpoint: '{}', compression: gzip }} }}, \
           {{ type: otlp, config: {{ endpoint: 'http://{web}' }} }}, \
           {{ type: otlp, config: {{ endpoint: 'http://{web}', protocol: http/json, compression: gzip }} }}, \
           {{ type: otlp, config: {{ endpoint: 'http://{grpc}', protocol: grpc, compression: gzip }} }} ]",
        ours.url()
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("app-config.yaml");
    let text = format!(
        "telemetry:\n  metrics:\n    exporters: {exporters}\n  tracing:\n    exporters: {exporters}\n"
    );
    std::fs::write(&config, text).expect("the configuration is written");
    let telemetry = Telemetry::builder().config_file(&config).bootstrap().expect("a valid configuration");
    let failed = (0..CALLS).filter(|number| call(*number).is_err()).count();
    assert_eq!(failed, CALLS / 3);
    telemetry.flush(Duration::from_secs(20)).expect("all receivers answer in time");
    drop(telemetry);

    let spans = ours.spans();
    assert_eq!(spans.len(), 2 * CALLS);
    let stats: Value = serde_json::from_slice(&http::get(web, "/_stats", &[]).body).expect("statistics");
    assert_eq!(stats["bad"], 0, "{stats}");
    // It got every span over each protocol, so each came three times. It reads JSON by Protobuf's rules, for which ids are
    // base64 and not hexadecimal digits as in OTLP, so that those are other ids, of as many spans.
    assert_eq!(stats["unique_spans"], 2 * spans.len(), "{stats}");
    assert_eq!(stats["dup_spans"], spans.len(), "{stats}");
    assert_eq!(stats["names"]["call"], 3 * CALLS, "{stats}");
    for signal in ["traces", "metrics"] {
        for protocol in ["http/protobuf", "http/json", "grpc"] {
            let requests = &stats["requests"][format!("{signal}/{protocol}")];
            assert!(requests.as_u64() > Some(0), "{signal} over {protocol}: {stats}");
        }
    }
    let made = &stats["metrics"]["backstage.plugin.opinion.calls.made"];
    assert_eq!(made["kind"], "sum", "{stats}");
    assert_eq!(made["sum"], CALLS, "{stats}");
    let duration = &stats["metrics"]["backstage.plugin.opinion.calls.duration"];
    assert_eq!((&duration["kind"], &duration["points"]), (&"histogram".into(), &2.into()), "{stats}");
    assert_eq!(duration["sum"], CALLS, "counts of both outcomes: {stats}");
    for name in ["backstage.plugin.opinion.calls.made", "backstage.plugin.opinion.calls.duration"] {
        assert!(ours.last_metrics().iter().any(|metric| metric.metric.name == name), "{name}");
    }
}
