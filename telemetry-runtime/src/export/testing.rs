//! Sources and destinations for the tests of this module.

#[cfg(feature = "tls")]
pub(super) mod authority;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use super::collector::MetricSource;
use super::diagnostics::Diagnostics;
use super::plan::{ExportPlan, MetricsPlan, SpanSource, SpansPlan};
use super::sink::{BoxFuture, ExportError, MetricSink, Receipt, SpanSink};
use crate::config::BatchConfig;
use crate::metrics::{MeterScope, Metric, MetricData, Number, NumberPoint, ScopeMetrics, Snapshot};

/// A time that no test waits for.
pub(super) const NEVER: Duration = Duration::from_secs(3600);
/// A time that is enough for anything that ends at all.
pub(super) const ENOUGH: Duration = Duration::from_secs(20);

pub(super) fn resource() -> Resource {
    Resource::builder_empty().with_attribute(KeyValue::new("service.name", "test")).build()
}

pub(super) fn span(name: &'static str) -> SpanData {
    let flags = TraceFlags::SAMPLED;
    let context = SpanContext::new(TraceId::from(7), SpanId::from(9), flags, false, TraceState::NONE);
    SpanData {
        span_context: context,
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: name.into(),
        start_time: SystemTime::UNIX_EPOCH,
        end_time: SystemTime::UNIX_EPOCH + Duration::from_millis(2),
        attributes: vec![KeyValue::new("key", "value")],
        dropped_attributes_count: 0,
        events: opentelemetry_sdk::trace::SpanEvents::default(),
        links: opentelemetry_sdk::trace::SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::builder("scope").build(),
    }
}

/// A queue of spans that a test fills.
#[derive(Default)]
pub(super) struct Spans {
    queue: Mutex<Vec<SpanData>>,
    wake: Mutex<Option<Box<dyn Fn() + Send + Sync>>>,
    pub(super) exported: AtomicUsize,
    pub(super) failed: AtomicUsize,
    pub(super) dropped: AtomicU64,
}

impl Spans {
    pub(super) fn of(count: usize) -> Arc<Self> {
        let spans = Self::default();
        spans.add(count);
        Arc::new(spans)
    }

    pub(super) fn add(&self, count: usize) {
        self.queue.lock().unwrap().extend((0..count).map(|_| span("work")));
    }

    pub(super) fn wake(&self) {
        until(|| self.wake.lock().unwrap().is_some());
        self.wake.lock().unwrap().as_ref().unwrap()();
    }
}

impl SpanSource for Spans {
    fn drain(&self, max: usize) -> Vec<SpanData> {
        let mut queue = self.queue.lock().unwrap();
        let count = max.min(queue.len());
        queue.drain(..count).collect()
    }

    fn waiting(&self) -> usize {
        self.queue.lock().unwrap().len()
    }

    fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn settle(&self, exported: usize, failed: usize) {
        self.exported.fetch_add(exported, Ordering::Relaxed);
        self.failed.fetch_add(failed, Ordering::Relaxed);
    }

    fn on_full(&self, wake: Box<dyn Fn() + Send + Sync>) {
        *self.wake.lock().unwrap() = Some(wake);
    }
}

/// A counter of collections, as the only metric.
#[derive(Default)]
pub(super) struct Metrics {
    pub(super) reads: AtomicUsize,
    /// Run as the callbacks of observable instruments.
    pub(super) callback: Option<Box<dyn Fn() + Send + Sync>>,
}

impl MetricSource for Metrics {
    fn observe(&self) {
        if let Some(callback) = &self.callback {
            callback();
        }
    }

    fn read(&self) -> Vec<ScopeMetrics> {
        let value = self.reads.fetch_add(1, Ordering::Relaxed) as u64 + 1;
        let points = vec![NumberPoint {
            attributes: crate::metrics::Attributes::default(),
            start_time: SystemTime::UNIX_EPOCH,
            value: Number::U64(value),
        }];
        let metric = Metric {
            name: "collections".into(),
            description: "Collections so far.".into(),
            unit: "".into(),
            kind: None,
            temporality: crate::metrics::Temporality::Cumulative,
            data: MetricData::Sum { monotonic: true, points },
        };
        vec![ScopeMetrics { scope: MeterScope::default(), metrics: vec![metric] }]
    }
}

/// The value of the counter of [`Metrics`].
pub(super) fn collections(snapshot: &Snapshot) -> u64 {
    match &snapshot.scopes[0].metrics[0].data {
        MetricData::Sum { points, .. } => match points[0].value {
            Number::U64(value) => value,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

type Answer = Result<Receipt, ExportError>;

/// A destination that answers as a test tells it to, with the number of the export.
pub(super) struct Sink<T> {
    pub(super) got: Arc<Mutex<Vec<T>>>,
    answer: Box<dyn Fn(usize) -> BoxFuture<'static, Answer> + Send + Sync>,
}

impl<T> Sink<T> {
    pub(super) fn new(
        answer: impl Fn(usize) -> BoxFuture<'static, Answer> + Send + Sync + 'static,
    ) -> (Box<Self>, Arc<Mutex<Vec<T>>>) {
        let got = Arc::new(Mutex::new(Vec::new()));
        let sink = Self { got: got.clone(), answer: Box::new(answer) };
        (Box::new(sink), got)
    }

    pub(super) fn healthy() -> (Box<Self>, Arc<Mutex<Vec<T>>>) {
        Self::new(|_| Box::pin(async { Ok(Receipt::default()) }))
    }

    fn take(&self, load: T) -> BoxFuture<'static, Answer> {
        let mut got = self.got.lock().unwrap();
        got.push(load);
        let number = got.len() - 1;
        drop(got);
        (self.answer)(number)
    }
}

impl SpanSink for Sink<Vec<SpanData>> {
    fn name(&self) -> &'static str {
        "test"
    }

    fn export<'a>(&'a self, batch: Vec<SpanData>, _: &'a Resource) -> BoxFuture<'a, Answer> {
        self.take(batch)
    }
}

impl MetricSink for Sink<Arc<Snapshot>> {
    fn name(&self) -> &'static str {
        "test"
    }

    fn export<'a>(&'a self, snapshot: &'a Arc<Snapshot>, _: &'a Resource) -> BoxFuture<'a, Answer> {
        self.take(snapshot.clone())
    }
}

pub(super) fn plan() -> ExportPlan {
    ExportPlan {
        resource: resource(),
        counters: Arc::default(),
        diagnostics: Diagnostics::to_hook(|_| {}),
        metrics: None,
        spans: None,
    }
}

pub(super) fn spans_to(source: &Arc<Spans>, sinks: Vec<Box<dyn SpanSink>>) -> SpansPlan {
    let batch = BatchConfig {
        max_queue_size: 2048,
        max_export_batch_size: 10,
        schedule_delay: NEVER,
        export_timeout: ENOUGH,
    };
    SpansPlan { source: source.clone(), batch, exporters: Vec::new(), sinks }
}

pub(super) fn metrics_to(sinks: Vec<Box<dyn MetricSink>>) -> MetricsPlan {
    MetricsPlan {
        source: Arc::new(Metrics::default()),
        third_party: None,
        views: None,
        interval: NEVER,
        timeout: ENOUGH,
        exporters: Vec::new(),
        sinks,
    }
}

/// Waits until `condition` holds.
pub(super) fn until(condition: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + ENOUGH;
    while !condition() {
        assert!(std::time::Instant::now() < deadline, "it never became true");
        std::thread::yield_now();
    }
}
