//! What independent programs make of the running backend's metrics.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use it::http;
use it::judges::{Parser, Prometheus, parse, promtool_lints};
use it::process::command;
use tempfile::TempDir;

/// The backend on free ports, after its first pass.
struct Backend {
    child: Child,
    metrics: SocketAddr,
    _folder: TempDir,
}

impl Backend {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut child = command(env!("CARGO_BIN_EXE_backend"))
            .args(["--port", "0", "--api-port", "0"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the backend starts");
        let lines = BufReader::new(child.stdout.take().expect("standard output is piped")).lines();
        let mut metrics = None;
        for line in lines.map_while(Result::ok) {
            if let Some(address) = line.strip_prefix("metrics  http://") {
                metrics = address.strip_suffix("/metrics").and_then(|address| address.parse().ok());
            }
            if line.starts_with("stop with") {
                break;
            }
        }
        let metrics = metrics.expect("the backend says where its metrics are");
        Self { child, metrics, _folder: folder }
    }

    fn scrape(&self, accept: &str) -> String {
        let answer = http::get(self.metrics, "/metrics", &[("accept", accept)]);
        assert_eq!(answer.status, 200);
        answer.text().to_owned()
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn promtool_only_dislikes_the_originals_names() {
    let text = Backend::start().scrape("text/plain");
    let Some(lints) = promtool_lints(&text) else { return };
    for lint in lints {
        assert!(lint.contains("should not have \"_count\" suffix"), "{lint}");
    }
}

#[test]
fn a_prometheus_server_scrapes_the_backend() {
    let backend = Backend::start();
    let Some(server) = Prometheus::scrape(backend.metrics) else { return };
    assert_eq!(server.value("up"), "1");
    let entities: f64 =
        server.value("sum(backstage_plugin_catalog_entities_count)").parse().expect("a number");
    assert!(entities > 20.0, "{entities}");
}

#[test]
fn the_strict_openmetrics_parser_accepts_the_backends_metrics() {
    let text = Backend::start().scrape("application/openmetrics-text; version=1.0.0");
    assert!(text.ends_with("# EOF\n"));
    let Some(samples) = parse(Parser::OpenMetrics, &text) else { return };
    assert!(
        samples.iter().any(|sample| sample.name == "backstage_plugin_catalog_processed_entities_count_total")
    );
}
