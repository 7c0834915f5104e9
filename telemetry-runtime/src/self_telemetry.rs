//! What telemetry says about itself: what was made, exported and lost, to the unit.
//!
//! Names are OpenTelemetry's (semantic conventions, "OpenTelemetry SDK metrics", development) where it has them, and
//! `backstage.core.telemetry.*` elsewhere. Every collection adds up: with one exporter, the spans that got into the queue
//! (`processed` without an error) are those that wait in it, those in flight, and those that the exporter handled.
//!
//! How long exports and collections take is recorded where they are made (`export::operations`).

use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::export::Counters;
use crate::metrics::Observer;
use crate::plugin::{Plugin, Scope};
use crate::trace::queue::{self, SpanCounts};
use crate::{AttributeValue, MetricAttributes, MetricSet, ObservableCounter, ObservableUpDownCounter};

/// The counts of all exporters that this process ever started: a restart must not turn a counter back.
static COUNTERS: LazyLock<Arc<Counters>> = LazyLock::new(Arc::default);

/// Where exporters count.
pub(crate) fn counters() -> Arc<Counters> {
    Arc::clone(&COUNTERS)
}

/// The scope of all that telemetry says about itself.
pub(crate) const SCOPE: Scope = Scope::core("telemetry");

/// Every count of spans, of one moment.
#[derive(Clone, Copy)]
struct Stock {
    queue: SpanCounts,
    exported: u64,
    failed: u64,
    rejected: u64,
    skipped: u64,
    in_flight: u64,
}

impl Stock {
    fn take() -> Self {
        let counters = &*COUNTERS;
        let _books = counters.books();
        let (exported, failed) = (counters.spans_exported.get(), counters.spans_failed.get());
        let (rejected, skipped) = (counters.spans_rejected.get(), counters.spans_skipped.get());
        let handled = exported + failed + rejected + skipped;
        let in_flight = counters.spans_offered.get().saturating_sub(handled);
        Self { queue: queue::counts(), exported, failed, rejected, skipped, in_flight }
    }

    /// That of the collection, or of now.
    fn current() -> Self {
        let collection = *STOCK.lock().unwrap_or_else(PoisonError::into_inner);
        collection.unwrap_or_else(Self::take)
    }
}

/// That of the collection that runs.
static STOCK: Mutex<Option<Stock>> = Mutex::new(None);

/// Runs a collection, in which all counts of spans are those of one moment, so that they add up.
pub(crate) fn of_one_moment(collect: impl FnOnce()) {
    struct Over;

    impl Drop for Over {
        fn drop(&mut self) {
            *STOCK.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    let stock = Stock::take();
    *STOCK.lock().unwrap_or_else(PoisonError::into_inner) = Some(stock);
    let _over = Over;
    collect();
}

/// The core service that these metrics belong to.
struct TelemetryService;

impl Plugin for TelemetryService {
    const SCOPE: Scope = SCOPE;
}

/// What happened to something that did not get where it should.
#[derive(Clone, Copy, AttributeValue)]
enum Loss {
    QueueFull,
    AlreadyShutdown,
    Failed,
    Rejected,
    Skipped,
}

/// Without `error.type`, all is well (semantic conventions, "Recording errors").
#[derive(Clone, Copy, MetricAttributes)]
struct Handled {
    #[attribute("error.type")]
    loss: Option<Loss>,
}

#[derive(Clone, Copy, AttributeValue)]
enum Failure {
    Late,
    Panicked,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Failed {
    reason: Failure,
}

#[derive(Clone, Copy, AttributeValue)]
enum Obstacle {
    Unsupported,
    Conflicting,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Hidden {
    reason: Obstacle,
}

/// Never made: a declared metric is collected anyway.
#[derive(MetricSet)]
#[metric_set(plugin = TelemetryService)]
struct SelfMetrics {
    /// Ended spans, and whether they got into the queue.
    #[metric(
        observable_counter = "::otel.sdk.processor.span.processed",
        unit = "{span}",
        callback = observe_processed
    )]
    processed: ObservableCounter<u64, Handled>,
    /// Spans that wait for an exporter.
    #[metric(
        observable_up_down_counter = "::otel.sdk.processor.span.queue.size",
        unit = "{span}",
        callback = observe_queue
    )]
    queue: ObservableUpDownCounter<i64>,
    /// Spans that may wait for an exporter; what comes in beyond is dropped.
    #[metric(
        observable_up_down_counter = "::otel.sdk.processor.span.queue.capacity",
        unit = "{span}",
        callback = observe_capacity
    )]
    capacity: ObservableUpDownCounter<i64>,
    /// Spans that exporters have, and of which it is not known yet what becomes of them, once per exporter.
    #[metric(
        observable_up_down_counter = "::otel.sdk.exporter.span.inflight",
        unit = "{span}",
        callback = observe_in_flight
    )]
    in_flight: ObservableUpDownCounter<i64>,
    /// Spans that exporters handled, once per exporter.
    #[metric(
        observable_counter = "::otel.sdk.exporter.span.exported",
        unit = "{span}",
        callback = observe_spans
    )]
    spans: ObservableCounter<u64, Handled>,
    /// Metric points that exporters handled, once per exporter; scrapes are not among them.
    #[metric(
        observable_counter = "::otel.sdk.exporter.metric_data_point.exported",
        unit = "{data_point}",
        callback = observe_points
    )]
    points: ObservableCounter<u64, Handled>,
    /// Calls whose span was not recorded, because telemetry had not been started.
    #[metric(observable_counter = "spans.early", unit = "{span}", callback = observe_early)]
    early: ObservableCounter<u64>,
    /// Collections that went on without a callback: it took too long, or it panicked.
    #[metric(observable_counter = "callbacks.failed", unit = "{callback}", callback = observe_callbacks)]
    callbacks: ObservableCounter<u64, Failed>,
    /// Metrics that an exporter cannot show: of an unsupported kind, or with a name that another one has.
    #[metric(observable_counter = "metrics.hidden", unit = "{metric}", callback = observe_hidden)]
    hidden: ObservableCounter<u64, Hidden>,
    /// Metrics with more series than their limit: what is beyond shares one series.
    #[metric(
        observable_up_down_counter = "metrics.overflowing",
        unit = "{metric}",
        callback = observe_overflowing
    )]
    overflowing: ObservableUpDownCounter<i64>,
}

fn observe_processed(observer: &mut Observer<'_, u64, Handled>) {
    let counts = Stock::current().queue;
    let lost = counts.dropped_full + counts.dropped_closed;
    observer.observe_with(counts.made.saturating_sub(lost), Handled { loss: None });
    observer.observe_with(counts.dropped_full, Handled { loss: Some(Loss::QueueFull) });
    observer.observe_with(counts.dropped_closed, Handled { loss: Some(Loss::AlreadyShutdown) });
}

fn observe_queue(observer: &mut Observer<'_, i64, ()>) {
    observer.observe(signed(Stock::current().queue.waiting));
}

fn observe_capacity(observer: &mut Observer<'_, i64, ()>) {
    observer.observe(signed(queue::capacity() as u64));
}

fn observe_in_flight(observer: &mut Observer<'_, i64, ()>) {
    observer.observe(signed(Stock::current().in_flight));
}

fn observe_overflowing(observer: &mut Observer<'_, i64, ()>) {
    observer.observe(signed(COUNTERS.metrics_overflowing.load(Ordering::Relaxed)));
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn observe_spans(observer: &mut Observer<'_, u64, Handled>) {
    let stock = Stock::current();
    for (count, loss) in [
        (stock.exported, None),
        (stock.failed, Some(Loss::Failed)),
        (stock.rejected, Some(Loss::Rejected)),
        (stock.skipped, Some(Loss::Skipped)),
    ] {
        observer.observe_with(count, Handled { loss });
    }
}

fn observe_points(observer: &mut Observer<'_, u64, Handled>) {
    let counters = &*COUNTERS;
    for (count, loss) in [
        (&counters.points_exported, None),
        (&counters.points_failed, Some(Loss::Failed)),
        (&counters.points_rejected, Some(Loss::Rejected)),
    ] {
        observer.observe_with(count.get(), Handled { loss });
    }
}

fn observe_early(observer: &mut Observer<'_, u64, ()>) {
    observer.observe(Stock::current().queue.early);
}

fn observe_callbacks(observer: &mut Observer<'_, u64, Failed>) {
    observer.observe_with(COUNTERS.callbacks_late.get(), Failed { reason: Failure::Late });
    observer.observe_with(COUNTERS.callbacks_panicked.get(), Failed { reason: Failure::Panicked });
}

fn observe_hidden(observer: &mut Observer<'_, u64, Hidden>) {
    observer.observe_with(COUNTERS.metrics_unsupported.get(), Hidden { reason: Obstacle::Unsupported });
    observer.observe_with(COUNTERS.metrics_conflicting.get(), Hidden { reason: Obstacle::Conflicting });
}
