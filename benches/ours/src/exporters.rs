//! Telemetry that runs, with exporters in memory where each row reads back what it recorded.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::config::Environment;
use telemetry_runtime::export::{BoxFuture, Diagnostics, ExportError, MetricSink, Receipt, SpanSink};
use telemetry_runtime::metrics::{Metric, MetricData, Snapshot};
use telemetry_runtime::{Telemetry, TelemetryBuilder};

/// How long a flush may take; valgrind is slow.
const FLUSH: Duration = Duration::from_secs(120);

/// Telemetry that runs.
pub struct Exporters {
    telemetry: Telemetry,
    memory: Memory,
}

/// With default settings, but for files and variables, which differ between machines.
pub fn start() -> Arc<Exporters> {
    start_with(|builder| builder)
}

/// With these settings, too.
pub fn start_with(build: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> Arc<Exporters> {
    let memory = Memory::default();
    let builder = Telemetry::builder()
        .without_config_files()
        .environment(std::iter::empty::<(String, String)>().collect::<Environment>())
        .prometheus_port(0)
        // Metrics are exported when the row asks for it, and not in the middle.
        .config_value("telemetry.metrics.collection.exportIntervalMillis", "86400000")
        .span_sink(memory.clone())
        .metric_sink(memory.clone())
        // What is lost the rows find themselves; a late callback, under valgrind, loses nothing of theirs.
        .diagnostics(Diagnostics::to_hook(|report| eprintln!("telemetry: {}", report.message)));
    let telemetry = build(builder).bootstrap().expect("telemetry starts");
    Arc::new(Exporters { telemetry, memory })
}

impl Exporters {
    /// Exports everything.
    pub fn flush(&self) {
        self.telemetry.flush(FLUSH).expect("everything is exported");
    }

    /// The metric of the plugin `bench` as it is exported.
    pub fn metric(&self, name: &str) -> Metric {
        self.flush();
        let name = format!("backstage.plugin.bench.{name}");
        let snapshot =
            self.memory.snapshot.lock().expect("no panic").clone().expect("a snapshot was exported");
        let mut metrics = snapshot.scopes.iter().flat_map(|scope| &scope.metrics);
        metrics.find(|metric| *metric.name == *name).unwrap_or_else(|| panic!("`{name}` is exported")).clone()
    }

    /// What of the spans of this name was exported.
    pub fn spans(&self, name: &str) -> Spans {
        self.flush();
        lock(&self.memory.spans).get(name).copied().unwrap_or_default()
    }

    /// The bytes that the scrape endpoint answers.
    pub fn scrape(&self) -> Vec<u8> {
        let address = self.telemetry.prometheus_address().expect("the endpoint listens");
        let mut connection = TcpStream::connect(address).expect("the endpoint answers");
        let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        connection.write_all(request.as_bytes()).expect("the endpoint reads");
        let mut answer = Vec::with_capacity(32 << 20);
        connection.read_to_end(&mut answer).expect("the endpoint answers in full");
        answer
    }
}

/// The points of a metric: how many, how many attributes they have together, and the sum of values or counts.
pub fn points(metric: &Metric) -> (usize, usize, f64) {
    match &metric.data {
        MetricData::Sum { points, .. } | MetricData::Gauge { points } => (
            points.len(),
            points.iter().map(|point| point.attributes.len()).sum(),
            points.iter().map(|point| point.value.as_f64()).sum(),
        ),
        MetricData::Histogram { points, .. } => (
            points.len(),
            points.iter().map(|point| point.attributes.len()).sum(),
            points.iter().map(|point| point.count as f64).sum(),
        ),
    }
}

/// Spans of one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    /// How many.
    pub count: u64,
    /// How many have a parent.
    pub children: u64,
    /// How many of their attributes have a key that starts with `bench.`.
    pub attributes: u64,
    /// How many events they have.
    pub events: u64,
}

/// An exporter in memory.
#[derive(Clone, Default)]
struct Memory {
    spans: Arc<Mutex<HashMap<String, Spans>>>,
    snapshot: Arc<Mutex<Option<Arc<Snapshot>>>>,
}

impl SpanSink for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        let mut spans = lock(&self.spans);
        for span in batch {
            if !spans.contains_key(span.name.as_ref()) {
                spans.insert(span.name.clone().into_owned(), Spans::default());
            }
            let Some(same) = spans.get_mut(span.name.as_ref()) else { continue };
            let own = span.attributes.iter().filter(|pair| pair.key.as_str().starts_with("bench."));
            same.count += 1;
            same.children += u64::from(span.parent_span_id != opentelemetry::trace::SpanId::INVALID);
            same.attributes += own.count() as u64;
            same.events += span.events.len() as u64;
        }
        Box::pin(async { Ok(Receipt::default()) })
    }
}

impl MetricSink for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        *lock(&self.snapshot) = Some(Arc::clone(snapshot));
        Box::pin(async { Ok(Receipt::default()) })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
