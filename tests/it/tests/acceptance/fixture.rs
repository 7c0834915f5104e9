//! Telemetry for one test: configured by a text and variables of its own, and read at exporters.
//!
//! ```text
//! let running = fixture::yaml("telemetry: { .. endpoint: \"{sink}\" .. }").env("OTEL_..", "..").start();
//! running.telemetry().plugin("catalog")?..;
//! running.spans();              // at a registered span sink, after a flush
//! running.metric("..");         // at a registered metric sink, after a flush
//! running.scrape();             // at the Prometheus endpoint
//! running.otlp().spans();       // at an OTLP receiver, after a flush
//! ```

use std::cell::RefCell;
use std::io::Write as _;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use it::exposition::Exposition;
use it::http;
use it::sink::Sink;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::config::Environment;
use telemetry_runtime::export::{BoxFuture, Diagnostics, ExportError, MetricSink, Receipt, SpanSink};
use telemetry_runtime::metrics::{Metric, MetricData, Number, ScopeMetrics, Snapshot};
use telemetry_runtime::{Error, Telemetry, TelemetryBuilder};
use tempfile::TempDir;

/// How long a flush may take. It is generous: machines of CI are slow, and a flush ends as soon as it can.
const FLUSH: Duration = Duration::from_secs(20);

/// Bootstraps of one process exclude each other, so the tests of this program run one after the other.
static ALONE: Mutex<()> = Mutex::new(());

thread_local! {
    /// What this test holds.
    static HELD: RefCell<Weak<MutexGuard<'static, ()>>> = const { RefCell::new(Weak::new()) };
}

/// While a test has this, no other one has telemetry running.
pub(crate) type Alone = Rc<MutexGuard<'static, ()>>;

/// Keeps the telemetry of other tests away from what a test does without any of its own: a backend that replaces the
/// services would get its instruments too.
pub(crate) fn alone() -> Alone {
    HELD.with_borrow_mut(|held| {
        held.upgrade().unwrap_or_else(|| {
            // A test that failed has dropped its telemetry, so the next one may go on.
            let alone = Rc::new(ALONE.lock().unwrap_or_else(PoisonError::into_inner));
            *held = Rc::downgrade(&alone);
            alone
        })
    })
}

type Build = Box<dyn FnOnce(TelemetryBuilder) -> TelemetryBuilder>;

/// What telemetry is to be started with.
pub(crate) struct Start {
    yaml: Option<String>,
    variables: Vec<(String, String)>,
    otlp: bool,
    build: Vec<Build>,
}

/// Telemetry as configured by this text, which stands in a file `app-config.yaml`. `{sink}` in it becomes the URL of an
/// OTLP receiver.
pub(crate) fn yaml(text: &str) -> Start {
    Start { yaml: Some(text.to_owned()), ..defaults() }
}

/// Telemetry without a file.
pub(crate) fn defaults() -> Start {
    Start { yaml: None, variables: Vec::new(), otlp: false, build: Vec::new() }
}

#[allow(dead_code, reason = "each area of tests asks for a part of it")]
impl Start {
    /// Sets an environment variable, as telemetry sees it; those of the test's process are not seen. `{sink}` is replaced
    /// as in the text.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends metrics and spans to an OTLP receiver, by `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) fn otlp(mut self) -> Self {
        self.otlp = true;
        self
    }

    /// Decides in code.
    pub(crate) fn build(
        mut self,
        build: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder + 'static,
    ) -> Self {
        self.build.push(Box::new(build));
        self
    }

    /// Starts telemetry.
    pub(crate) fn start(self) -> Running {
        self.try_start().unwrap_or_else(|error| panic!("telemetry starts: {error}"))
    }

    /// Starts telemetry, or says why not.
    pub(crate) fn try_start(self) -> Result<Running, Error> {
        let alone = alone();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut texts: Vec<&str> = self.variables.iter().map(|(_, value)| value.as_str()).collect();
        texts.extend(self.yaml.as_deref());
        let sink = (self.otlp || texts.iter().any(|text| text.contains("{sink}"))).then(Sink::start);
        let filled = |text: &str| text.replace("{sink}", &sink.as_ref().map(Sink::url).unwrap_or_default());
        let mut variables: Vec<(String, String)> =
            self.variables.iter().map(|(name, value)| (name.clone(), filled(value))).collect();
        if let Some(sink) = sink.as_ref().filter(|_| self.otlp) {
            variables.push(("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), sink.url()));
        }
        let memory = Memory::default();
        let diagnostics: Arc<Mutex<Vec<String>>> = Arc::default();
        let reports = Arc::clone(&diagnostics);
        let mut builder = Telemetry::builder()
            .without_config_files()
            .environment(variables.into_iter().collect::<Environment>())
            .prometheus_port(0)
            .span_sink(memory.clone())
            .metric_sink(memory.clone())
            .diagnostics(Diagnostics::to_hook(move |report| lock(&reports).push(report.message.to_owned())));
        if let Some(text) = &self.yaml {
            let path = folder.path().join("app-config.yaml");
            let mut file = std::fs::File::create(&path).expect("a file in the folder");
            file.write_all(filled(text).as_bytes()).expect("the file takes the text");
            builder = builder.config_file(path);
        }
        for build in self.build {
            builder = build(builder);
        }
        let telemetry = builder.bootstrap()?;
        Ok(Running { telemetry: Some(telemetry), memory, sink, diagnostics, folder, _alone: alone })
    }
}

/// Telemetry that runs until the value is dropped.
pub(crate) struct Running {
    telemetry: Option<Telemetry>,
    memory: Memory,
    sink: Option<Sink>,
    diagnostics: Arc<Mutex<Vec<String>>>,
    folder: TempDir,
    // The last field: the next test starts when everything else is gone.
    _alone: Alone,
}

#[allow(dead_code, reason = "each area of tests asks for a part of it")]
impl Running {
    /// What was started.
    pub(crate) fn telemetry(&self) -> &Telemetry {
        self.telemetry.as_ref().expect("telemetry runs until it is stopped")
    }

    /// Stops it and starts the next one, with no other test's telemetry between the two.
    pub(crate) fn then(mut self, next: Start) -> Self {
        self.stop();
        next.start()
    }

    /// Flushes and stops it; what was exported stays readable.
    pub(crate) fn stop(&mut self) {
        if let Some(telemetry) = self.telemetry.take() {
            telemetry.shutdown().expect("everything is exported in time");
        }
    }

    /// The folder of the configuration file.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// What was reported by now.
    pub(crate) fn diagnostics(&self) -> Vec<String> {
        lock(&self.diagnostics).clone()
    }

    /// Everything that was exported to a span sink, third-party spans too, in the order of the ends.
    pub(crate) fn all_spans(&self) -> Vec<SpanData> {
        self.flush();
        let mut spans = lock(&self.memory.spans).clone();
        spans.sort_by_key(|span| span.end_time);
        spans
    }

    /// How many spans of this name the span sink got by now, without a flush.
    pub(crate) fn exported(&self, name: &str) -> usize {
        lock(&self.memory.spans).iter().filter(|span| span.name == name).count()
    }

    /// The exported spans that name this plugin, in the order of their ends.
    pub(crate) fn spans(&self, plugin: &str) -> Vec<SpanData> {
        let mut spans = self.all_spans();
        spans.retain(|span| attribute(span, "backstage.plugin.id").as_deref() == Some(plugin));
        spans
    }

    /// The one exported span of this name.
    pub(crate) fn span(&self, name: &str) -> SpanData {
        let mut spans = self.all_spans();
        spans.retain(|span| span.name == name);
        assert_eq!(spans.len(), 1, "spans named `{name}`");
        spans.remove(0)
    }

    /// All metrics as a metric sink gets them now, with their scopes.
    pub(crate) fn metrics(&self) -> Vec<ScopeMetrics> {
        self.flush();
        let snapshot = lock(&self.memory.snapshot).clone();
        snapshot.map(|snapshot| snapshot.scopes.clone()).unwrap_or_default()
    }

    /// The one metric of this full name, and its scope.
    pub(crate) fn metric(&self, name: &str) -> (ScopeMetrics, Metric) {
        self.find_metric(name).unwrap_or_else(|| panic!("`{name}` is exported"))
    }

    /// The same, if there is one.
    pub(crate) fn find_metric(&self, name: &str) -> Option<(ScopeMetrics, Metric)> {
        let scopes = self.metrics();
        let mut found = scopes.iter().flat_map(|scope| {
            let metrics = scope.metrics.iter().filter(|metric| &*metric.name == name);
            metrics.map(|metric| (scope.clone(), metric.clone()))
        });
        let first = found.next();
        assert!(found.next().is_none(), "`{name}` is exported once");
        first
    }

    /// The sum over all series of a metric of this full name: of values, or of the measurements of a histogram.
    pub(crate) fn total(&self, name: &str) -> Number {
        let (_, metric) = self.metric(name);
        Number::F64(match metric.data {
            MetricData::Histogram { points, .. } => points.iter().map(|point| point.sum).sum(),
            MetricData::Sum { points, .. } | MetricData::Gauge { points, .. } => {
                points.iter().map(|point| point.value.as_f64()).sum()
            }
        })
    }

    /// What a scraper sees now.
    pub(crate) fn scrape(&self) -> Exposition {
        Exposition::parse(&self.scrape_text())
    }

    /// The same as text.
    pub(crate) fn scrape_text(&self) -> String {
        let address = self.telemetry().prometheus_address().expect("the endpoint listens");
        let answer = http::get(address, "/metrics", &[]);
        assert_eq!(answer.status, 200);
        answer.text().to_owned()
    }

    /// The OTLP receiver, with everything that was recorded so far.
    pub(crate) fn otlp(&self) -> &Sink {
        if self.telemetry.is_some() {
            self.flush();
        }
        self.sink.as_ref().expect("the test asked for a receiver, by `otlp` or `{sink}`")
    }

    fn flush(&self) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.flush(FLUSH).expect("a flush within its limit");
        }
    }
}

/// The value of the attribute `key` of a span, as text.
pub(crate) fn attribute(span: &SpanData, key: &str) -> Option<String> {
    span.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| pair.value.to_string())
}

/// An exporter in memory.
#[derive(Clone, Default)]
struct Memory {
    spans: Arc<Mutex<Vec<SpanData>>>,
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
        lock(&self.spans).extend(batch);
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
