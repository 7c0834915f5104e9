//! The catalog's metrics. Their names, kinds and attributes are Backstage's; all of them start with
//! `backstage.plugin.catalog.`. Only `eventType` is `event_type` here, as Prometheus has its labels.

use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use telemetry_runtime::metrics::CallbackHandle;
use telemetry_runtime::{AttributeValue, Counter, Histogram, MetricAttributes, MetricSet, ObservableGauge};

use super::Catalog;
use super::entity::Kind;
use super::process::ProcessingResult;
use super::scm::ScmEventType;
use super::store::{StitchResult, Store};

/// The metrics of the catalog plugin.
pub static METRICS: LazyLock<&CatalogMetrics> = LazyLock::new(CatalogMetrics::get);

#[derive(MetricSet)]
#[metric_set(plugin = Catalog)]
pub struct CatalogMetrics {
    /// Entities in the catalog.
    #[metric(observable_gauge = "entities.count", unit = "{entity}")]
    entities: ObservableGauge<u64, OfKind>,
    /// Places that entities come from: the catalog folder, and each Location in it.
    #[metric(observable_gauge = "registered_locations.count", unit = "{location}")]
    locations: ObservableGauge<u64>,
    /// Relations between entities, each direction counted.
    #[metric(observable_gauge = "relations.count", unit = "{relation}")]
    relations: ObservableGauge<u64>,
    /// Entities processed.
    #[metric(counter = "processed.entities.count", unit = "{entity}")]
    pub processed: Counter<u64, Processing>,
    /// Time that the processing of an entity takes, failures included.
    #[metric(histogram = "processing.duration", unit = "s")]
    pub processing: Histogram<f64, Processing>,
    /// Time that one processor takes.
    #[metric(histogram = "processors.duration", unit = "s")]
    pub processors: Histogram<f64, ProcessorRun>,
    /// Time from when processing was due until it starts.
    #[metric(histogram = "processing.queue.delay", unit = "s", buckets = QUEUE_DELAYS)]
    pub processing_delay: Histogram<f64>,
    /// Entities stitched.
    #[metric(counter = "stitched.entities.count", unit = "{entity}")]
    pub stitched: Counter<u64, Stitching>,
    /// Time that the stitching of an entity takes.
    #[metric(histogram = "stitching.duration", unit = "s")]
    pub stitching: Histogram<f64, Stitching>,
    /// Entities that wait to be stitched.
    #[metric(observable_gauge = "stitching.queue.length", unit = "{entity}")]
    stitch_queue: ObservableGauge<u64>,
    /// Time from when stitching was requested until it starts.
    #[metric(histogram = "stitching.queue.delay", unit = "s", buckets = QUEUE_DELAYS)]
    pub stitching_delay: Histogram<f64>,
    /// Messages of a source control system received.
    #[metric(counter = "events.scm.messages", unit = "{message}")]
    pub scm_messages: Counter<u64, ScmEvent>,
}

/// Entities may wait for an hour, so these are wider than the usual seconds.
const QUEUE_DELAYS: &[f64] = &[0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0];

#[derive(Clone, Copy, MetricAttributes)]
pub struct OfKind {
    pub kind: Kind,
}

#[derive(Clone, Copy, MetricAttributes)]
pub struct Processing {
    pub result: ProcessingResult,
}

#[derive(Clone, Copy, MetricAttributes)]
pub struct ProcessorRun {
    pub result: ProcessorResult,
}

/// How a processor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AttributeValue)]
pub enum ProcessorResult {
    Ok,
    Failed,
}

#[derive(Clone, Copy, MetricAttributes)]
pub struct Stitching {
    pub result: StitchResult,
}

#[derive(Clone, Copy, MetricAttributes)]
pub struct ScmEvent {
    pub event_type: ScmEventType,
}

/// Reports what a store holds, until the handles are dropped.
pub fn observe(store: &Arc<Store>) -> [CallbackHandle; 4] {
    let stores = || Arc::clone(store);
    [
        METRICS.entities.observe_with({
            let store = stores();
            move |observer| {
                // Every kind is there from the start, so that a kind whose last entity vanished goes back to 0.
                for kind in Kind::ALL {
                    observer.observe_with(store.entity_count(kind) as u64, OfKind { kind });
                }
            }
        }),
        METRICS.locations.observe_with({
            let store = stores();
            move |observer| observer.observe(1 + store.entity_count(Kind::Location) as u64)
        }),
        METRICS.relations.observe_with({
            let store = stores();
            move |observer| observer.observe(store.relation_count() as u64)
        }),
        METRICS.stitch_queue.observe_with({
            let store = stores();
            move |observer| observer.observe(store.stitch_queue_length() as u64)
        }),
    ]
}

/// Seconds from one stored time to another. `None` if the clock was set back in between: a delay is not negative.
pub fn seconds_between(earlier: SystemTime, later: SystemTime) -> Option<f64> {
    later.duration_since(earlier).ok().map(|delay| delay.as_secs_f64())
}
