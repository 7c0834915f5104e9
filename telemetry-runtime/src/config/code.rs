//! What a program's own code decides.

use std::fmt;
use std::time::Duration;

use super::draft::{Draft, ExporterSettings};
use super::file;
use super::findings::{Findings, Source};
use super::merge::merge;
use super::node::{Entry, Node, Origin, Scalar, Value};
use super::schema::SignalAction;

/// The values that code sets.
///
/// Its `Debug` form shows the keys and not their values, which may be secrets.
#[derive(Clone, Default)]
pub struct Code {
    /// Keys with their values as YAML, such as `telemetry.tracing.enabled` and `false`; of several for one key the last.
    pub values: Vec<(String, String)>,
    /// What it adds that no key says, in words, for [`Explanation::additions`](super::Explanation::additions).
    pub additions: Vec<String>,
    /// The port of every Prometheus endpoint that the configuration has.
    pub prometheus_port: Option<u16>,
    /// `telemetry.shutdown.timeoutMillis`
    pub shutdown_timeout: Option<Duration>,
    /// `telemetry.shutdown.signals`
    pub signals: Option<SignalAction>,
    /// `telemetry.shutdown.signals`, where nothing else says it.
    pub default_signals: Option<SignalAction>,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&str> = self.values.iter().map(|(key, _)| key.as_str()).collect();
        f.debug_struct("Code")
            .field("values", &keys)
            .field("additions", &self.additions)
            .field("prometheus_port", &self.prometheus_port)
            .field("shutdown_timeout", &self.shutdown_timeout)
            .field("signals", &self.signals)
            .field("default_signals", &self.default_signals)
            .finish()
    }
}

/// The tree of the values.
pub(super) fn read(code: &Code, findings: &Findings) -> Option<Node> {
    let branches = code.values.iter().filter_map(|(path, text)| {
        let Ok(node) = file::parse(&"".into(), text) else {
            findings.error_at(&Origin::Code, &format!("{path}: the value is not YAML"));
            return None;
        };
        let empty = Value::Scalar(Scalar { text: String::new(), plain: true, written: None });
        let mut leaf = node.unwrap_or(Node { origin: Origin::Code, value: empty });
        leaf.relocate(&Origin::Code);
        Some(path.split('.').rev().fold(leaf, |value, key| {
            let entry = Entry { key: key.to_owned(), origin: Origin::Code, value };
            Node { origin: Origin::Code, value: Value::Mapping(vec![entry]) }
        }))
    });
    branches.reduce(merge)
}

/// Lays the rest over what is otherwise decided.
pub(super) fn decide(code: &Code, draft: &mut Draft, findings: &Findings) {
    let found = |path: &str| findings.found(path, Source { origin: Origin::Code, reference: None });
    let shutdown = &mut draft.config.telemetry.shutdown;
    if let Some(timeout) = code.shutdown_timeout {
        shutdown.timeout = timeout;
        found("telemetry.shutdown.timeoutMillis");
    }
    if let Some(signals) = code.signals {
        shutdown.signals = Some(signals);
        found("telemetry.shutdown.signals");
    }
    shutdown.signals = shutdown.signals.or(code.default_signals);
    let Some(port) = code.prometheus_port else { return };
    for exporter in draft.metric_exporters.listed.iter_mut().flatten() {
        if let ExporterSettings::Prometheus(prometheus) = &mut exporter.settings {
            prometheus.port = port;
            found(&format!("{}.config.port", exporter.path));
        }
    }
}
