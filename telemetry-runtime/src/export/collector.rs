//! The one collection path: every exporter and every scrape gets its snapshot here.
//!
//! Collections run on the thread `telemetry-collect`, because they call user code. Requests that wait when a
//! collection starts share its snapshot; a request that comes later gets the next one, so that a snapshot always
//! holds what was recorded before it was asked for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use opentelemetry::Context;
use tokio::sync::oneshot;

use super::counters::Counters;
use super::diagnostics::{DiagnosticKind, Diagnostics};
use super::operations;
use super::sdk_bridge::{Collected, SdkReader};
use crate::error::{Error, ErrorKind};
use crate::metrics::views::AppliedViews;
use crate::metrics::{Attributes, Metric, MetricData, ScopeMetrics, Snapshot};

/// Where the metrics come from.
pub(crate) trait MetricSource: Send + Sync {
    /// Runs the callbacks of our observable instruments: user code, which may be slow, block or panic.
    fn observe(&self);

    /// Runs those of telemetry itself, which do not block, while others do: that they hang is told by such a metric.
    fn observe_self(&self) {}

    /// Reads our own store. It must not wait for [`MetricSource::observe`].
    fn read(&self) -> Vec<ScopeMetrics>;
}

/// Makes snapshots.
pub(crate) struct Collector {
    requests: Mutex<mpsc::Sender<Request>>,
    shared: Arc<Shared>,
    /// How long a collection waits for callbacks.
    patience: Duration,
}

struct Shared {
    source: Arc<dyn MetricSource>,
    third_party: Option<SdkReader>,
    views: Option<AppliedViews>,
    /// Since when callbacks run.
    observing: Mutex<Option<Instant>>,
    /// The third-party metrics of the last collection, for a collection that cannot wait for new ones.
    foreign: Mutex<Vec<ScopeMetrics>>,
    counters: Arc<Counters>,
    diagnostics: Diagnostics,
}

/// Takes the snapshot; whoever gave up waiting has one already.
type Request = Box<dyn FnOnce(Arc<Snapshot>) + Send>;

/// How long a collection waits for callbacks, unless told otherwise: half of what a scrape should take at most.
const PATIENCE: Duration = Duration::from_millis(500);

impl Collector {
    /// Starts the collection thread. It ends when the collector is dropped.
    pub(crate) fn start(
        source: Arc<dyn MetricSource>,
        third_party: Option<SdkReader>,
        views: Option<AppliedViews>,
        counters: Arc<Counters>,
        diagnostics: Diagnostics,
    ) -> Result<Self, Error> {
        let (requests, waiting) = mpsc::channel::<Request>();
        let shared = Arc::new(Shared {
            source,
            third_party,
            views,
            observing: Mutex::new(None),
            foreign: Mutex::default(),
            counters,
            diagnostics,
        });
        let collecting = shared.clone();
        std::thread::Builder::new()
            .name("telemetry-collect".to_owned())
            .spawn(move || {
                let _quiet = Context::enter_telemetry_suppressed_scope();
                while let Ok(first) = waiting.recv() {
                    let requests: Vec<Request> = std::iter::once(first).chain(waiting.try_iter()).collect();
                    let snapshot = Arc::new(collecting.collect());
                    for request in requests {
                        request(snapshot.clone());
                    }
                }
            })
            .map_err(|error| {
                Error::new(ErrorKind::System, format!("cannot start the collection thread: {error}"))
            })?;
        Ok(Self { requests: Mutex::new(requests), shared, patience: PATIENCE })
    }

    /// A snapshot of now.
    ///
    /// Callbacks that do not return in time are not waited for: their instruments show what they showed before.
    pub(crate) async fn snapshot(&self) -> Arc<Snapshot> {
        let (reply, snapshot) = oneshot::channel();
        if self.ask(|snapshot| drop(reply.send(snapshot)))
            && let Ok(Ok(snapshot)) = tokio::time::timeout(self.patience, snapshot).await
        {
            return snapshot;
        }
        Arc::new(self.shared.without_callbacks())
    }

    /// [`Collector::snapshot`] for code that is not asynchronous.
    pub(crate) fn snapshot_blocking(&self) -> Arc<Snapshot> {
        let (reply, snapshot) = mpsc::sync_channel(1);
        if self.ask(move |snapshot| drop(reply.send(snapshot)))
            && let Ok(snapshot) = snapshot.recv_timeout(self.patience)
        {
            return snapshot;
        }
        Arc::new(self.shared.without_callbacks())
    }

    /// Asks for a collection, unless callbacks hang already: they are not given the time a second time.
    fn ask(&self, reply: impl FnOnce(Arc<Snapshot>) + Send + 'static) -> bool {
        !self.shared.hangs(self.patience) && lock(&self.requests).send(Box::new(reply)).is_ok()
    }
}

impl Shared {
    fn collect(&self) -> Snapshot {
        let started = Instant::now();
        *lock(&self.observing) = Some(Instant::now());
        if catch_unwind(AssertUnwindSafe(|| self.source.observe())).is_err() {
            self.panicked("a metric callback panicked");
        }
        let third_party = self.third_party.as_ref().map(|reader| self.read_third_party(reader));
        let since = lock(&self.observing).take();
        if since.is_some_and(|since| since.elapsed() > PATIENCE) {
            // Other collections have shown later counts of telemetry's own meanwhile, which must not step back.
            self.source.observe_self();
        }
        *lock(&self.foreign) = third_party.unwrap_or_default();
        let snapshot = self.read();
        operations::collected(started.elapsed(), false);
        snapshot
    }

    fn read_third_party(&self, reader: &SdkReader) -> Vec<ScopeMetrics> {
        let panics = reader.panics();
        let Ok(read) = catch_unwind(AssertUnwindSafe(|| reader.read())) else {
            self.panicked("a callback of a third-party metric panicked: the SDK collects no third-party metrics any more");
            return Vec::new();
        };
        let panics = reader.panics() - panics;
        if panics > 0 {
            self.counters.callbacks_panicked.add(panics);
            let message = "a callback of a third-party metric panicked";
            self.diagnostics.report(DiagnosticKind::Callback, message);
        }
        match read {
            Ok(Collected { scopes, unsupported }) => {
                if let Some(first) = unsupported.first() {
                    self.counters.metrics_unsupported.add(unsupported.len());
                    let message = format!("third-party metric `{first}` is of a kind that is not exported");
                    self.diagnostics.report(DiagnosticKind::Metric, message);
                }
                scopes
            }
            Err(error) => {
                let message = format!("third-party metrics cannot be collected: {error}");
                self.diagnostics.report(DiagnosticKind::Metric, message);
                Vec::new()
            }
        }
    }

    fn panicked(&self, message: &str) {
        self.counters.callbacks_panicked.add(1);
        self.diagnostics.report(DiagnosticKind::Callback, message);
    }

    fn hangs(&self, patience: Duration) -> bool {
        lock(&self.observing).is_some_and(|since| since.elapsed() > patience)
    }

    fn without_callbacks(&self) -> Snapshot {
        self.counters.callbacks_late.add(1);
        self.diagnostics.report(
            DiagnosticKind::Callback,
            "a metric callback does not return: collections go on without new values of observable instruments",
        );
        self.source.observe_self();
        let started = Instant::now();
        let snapshot = self.read();
        operations::collected(started.elapsed(), true);
        snapshot
    }

    fn read(&self) -> Snapshot {
        self.counters.collections.add(1);
        let time = SystemTime::now();
        let mut scopes = catch_unwind(AssertUnwindSafe(|| self.source.read())).unwrap_or_else(|_| {
            self.counters.callbacks_panicked.add(1);
            self.diagnostics.report(DiagnosticKind::Internal, "reading the metrics panicked");
            Vec::new()
        });
        scopes.extend(lock(&self.foreign).iter().cloned());
        if let Some(views) = &self.views {
            let tell = &mut |message| self.diagnostics.report(DiagnosticKind::Metric, message);
            scopes = views.apply(scopes, tell);
        }
        let overflowing =
            scopes.iter().flat_map(|scope| &scope.metrics).filter(|metric| overflows(metric)).count();
        self.counters.metrics_overflowing.store(overflowing as u64, Ordering::Relaxed);
        Snapshot { time, scopes }
    }
}

/// Whether a metric has more series than its limit.
fn overflows(metric: &Metric) -> bool {
    let is_overflow = |attributes: &Attributes| match &**attributes {
        [(key, _)] => key == "otel.metric.overflow",
        _ => false,
    };
    match &metric.data {
        MetricData::Sum { points, .. } | MetricData::Gauge { points } => {
            points.iter().any(|point| is_overflow(&point.attributes))
        }
        MetricData::Histogram { points, .. } => points.iter().any(|point| is_overflow(&point.attributes)),
    }
}

/// A panic under one of these locks leaves a whole value behind, so that the poison says nothing.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use opentelemetry::metrics::MeterProvider as _;
    use opentelemetry_sdk::metrics::SdkMeterProvider;

    use super::*;
    use crate::export::testing::{ENOUGH, Metrics, NEVER, collections};

    fn collector(callback: impl Fn() + Send + Sync + 'static, third_party: Option<SdkReader>) -> Collector {
        let source = Arc::new(Metrics { callback: Some(Box::new(callback)), ..Metrics::default() });
        let quiet = Diagnostics::to_hook(|_| {});
        let mut collector = Collector::start(source, third_party, None, Arc::default(), quiet).unwrap();
        collector.patience = ENOUGH;
        collector
    }

    #[test]
    fn a_callback_that_panics_costs_nothing_else() {
        let collector = collector(|| panic!("as the test says"), None);
        assert_eq!(collections(&collector.snapshot_blocking()), 1);
        assert_eq!(collections(&collector.snapshot_blocking()), 2);
        assert_eq!(collector.shared.counters.callbacks_panicked.get(), 2);
        assert_eq!(collector.shared.counters.callbacks_late.get(), 0);
    }

    #[test]
    fn a_callback_that_hangs_is_waited_for_once() {
        let (release, held) = mpsc::channel::<()>();
        let held = Mutex::new(held);
        let mut collector = collector(
            move || {
                let _ = lock(&held).recv_timeout(NEVER);
            },
            None,
        );
        collector.patience = Duration::from_millis(20);
        let waits = || {
            let start = Instant::now();
            assert!(!collector.snapshot_blocking().scopes.is_empty());
            start.elapsed()
        };
        assert!(waits() >= Duration::from_millis(20));
        // Longer than any wait so far: a second one would be seen.
        *collector.shared.observing.lock().unwrap() = Instant::now().checked_sub(ENOUGH);
        let asked = AtomicUsize::new(0);
        assert!(!collector.ask(move |_| {
            asked.fetch_add(1, Ordering::Relaxed);
        }));
        waits();
        assert_eq!(collector.shared.counters.callbacks_late.get(), 2);
        drop(release);
    }

    #[test]
    fn an_unguarded_callback_that_panics_leaves_our_metrics_alone() {
        let reader = SdkReader::new();
        let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
        let meter = provider.meter("third-party");
        let _gauge =
            meter.u64_observable_gauge("gauge").with_callback(|_| panic!("as the test says")).build();
        let collector = collector(|| {}, Some(reader));
        for expected in 1..=3 {
            assert_eq!(collections(&collector.snapshot_blocking()), expected);
        }
        assert_eq!(collector.shared.counters.callbacks_panicked.get(), 1);
    }

    #[test]
    fn a_guarded_callback_that_panics_is_counted_each_time() {
        let reader = SdkReader::new();
        let provider = reader.guard(SdkMeterProvider::builder().with_reader(reader.clone()).build());
        let meter = provider.meter("third-party");
        let _gauge =
            meter.u64_observable_gauge("gauge").with_callback(|_| panic!("as the test says")).build();
        let collector = collector(|| {}, Some(reader));
        for expected in 1..=3 {
            collector.snapshot_blocking();
            assert_eq!(collector.shared.counters.callbacks_panicked.get(), expected);
        }
    }

    #[test]
    fn third_party_metrics_come_after_ours() {
        let reader = SdkReader::new();
        let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
        provider.meter("third-party").u64_counter("seen").build().add(2, &[]);
        let snapshot = collector(|| {}, Some(reader)).snapshot_blocking();
        let scopes: Vec<&str> = snapshot.scopes.iter().map(|scope| &*scope.scope.name).collect();
        assert_eq!(scopes, ["", "third-party"]);
    }
}
