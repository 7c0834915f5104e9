//! What telemetry says about itself: what was made, exported and lost, to the unit.
//!
//! Names are OpenTelemetry's (semantic conventions, "OpenTelemetry SDK metrics", development) where it has them, and
//! `backstage.core.telemetry.*` elsewhere. At any time the spans made are those exported, failed, dropped and waiting.

use std::sync::{Arc, LazyLock};

use crate::export::{Counter as Count, Counters};
use crate::metrics::Observer;
use crate::plugin::{Plugin, Scope};
use crate::trace::queue;
use crate::{AttributeValue, MetricAttributes, MetricSet, ObservableCounter, ObservableUpDownCounter};

/// The counts of all exporters that this process ever started: a restart must not turn a counter back.
static COUNTERS: LazyLock<Arc<Counters>> = LazyLock::new(Arc::default);

/// Where exporters count.
pub(crate) fn counters() -> Arc<Counters> {
    Arc::clone(&COUNTERS)
}

/// The scope of all that telemetry says about itself.
pub(crate) const SCOPE: Scope = Scope::core("telemetry");

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
}

fn observe_processed(observer: &mut Observer<'_, u64, Handled>) {
    let counts = queue::counts();
    let lost = counts.dropped_full + counts.dropped_closed;
    observer.observe_with(counts.made.saturating_sub(lost), Handled { loss: None });
    observer.observe_with(counts.dropped_full, Handled { loss: Some(Loss::QueueFull) });
    observer.observe_with(counts.dropped_closed, Handled { loss: Some(Loss::AlreadyShutdown) });
}

fn observe_queue(observer: &mut Observer<'_, i64, ()>) {
    observer.observe(i64::try_from(queue::counts().waiting).unwrap_or(i64::MAX));
}

fn observe_spans(observer: &mut Observer<'_, u64, Handled>) {
    let counters = &*COUNTERS;
    observe_handled(
        observer,
        [
            (&counters.spans_exported, None),
            (&counters.spans_failed, Some(Loss::Failed)),
            (&counters.spans_rejected, Some(Loss::Rejected)),
            (&counters.spans_skipped, Some(Loss::Skipped)),
        ],
    );
}

fn observe_points(observer: &mut Observer<'_, u64, Handled>) {
    let counters = &*COUNTERS;
    observe_handled(
        observer,
        [
            (&counters.points_exported, None),
            (&counters.points_failed, Some(Loss::Failed)),
            (&counters.points_rejected, Some(Loss::Rejected)),
        ],
    );
}

fn observe_handled<const N: usize>(
    observer: &mut Observer<'_, u64, Handled>,
    counts: [(&Count, Option<Loss>); N],
) {
    for (count, loss) in counts {
        observer.observe_with(count.get(), Handled { loss });
    }
}

fn observe_early(observer: &mut Observer<'_, u64, ()>) {
    observer.observe(queue::counts().early);
}

fn observe_callbacks(observer: &mut Observer<'_, u64, Failed>) {
    observer.observe_with(COUNTERS.callbacks_late.get(), Failed { reason: Failure::Late });
    observer.observe_with(COUNTERS.callbacks_panicked.get(), Failed { reason: Failure::Panicked });
}

fn observe_hidden(observer: &mut Observer<'_, u64, Hidden>) {
    observer.observe_with(COUNTERS.metrics_unsupported.get(), Hidden { reason: Obstacle::Unsupported });
    observer.observe_with(COUNTERS.metrics_conflicting.get(), Hidden { reason: Obstacle::Conflicting });
}
