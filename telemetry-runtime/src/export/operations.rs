//! How long exports and collections take, and which of them fail.

use std::sync::LazyLock;
use std::time::Duration;

use crate::plugin::{Plugin, Scope};
use crate::{AttributeValue, Histogram, MetricAttributes, MetricSet};

/// The core service that these metrics belong to.
struct TelemetryService;

impl Plugin for TelemetryService {
    const SCOPE: Scope = Scope::core("telemetry");
}

/// What is exported.
#[derive(Clone, Copy, AttributeValue)]
pub(super) enum Signal {
    Traces,
    Metrics,
}

/// Why an operation did not do all that it should.
#[derive(Clone, Copy, AttributeValue)]
enum Failure {
    Failed,
    Rejected,
    Late,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Export {
    signal: Signal,
    #[attribute("error.type")]
    failure: Option<Failure>,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Collection {
    #[attribute("error.type")]
    failure: Option<Failure>,
}

#[derive(MetricSet)]
#[metric_set(plugin = TelemetryService)]
struct Operations {
    /// How long the export of a batch takes, with all its attempts.
    #[metric(
        histogram = "::otel.sdk.exporter.operation.duration",
        unit = "s",
        buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]
    )]
    exports: Histogram<f64, Export>,
    /// How long a collection of all metrics takes.
    #[metric(histogram = "::otel.sdk.metric_reader.collection.duration", unit = "s")]
    collections: Histogram<f64, Collection>,
}

static OPERATIONS: LazyLock<Operations> = LazyLock::new(|| Operations::for_plugin(TelemetryService::SCOPE));

/// Counts an export that ended.
pub(super) fn exported(signal: Signal, took: Duration, failed: bool, rejected: bool) {
    let failure = match (failed, rejected) {
        (true, _) => Some(Failure::Failed),
        (false, true) => Some(Failure::Rejected),
        (false, false) => None,
    };
    OPERATIONS.exports.record_with(took.as_secs_f64(), Export { signal, failure });
}

/// Counts a collection; `late` where it went on without callbacks.
pub(super) fn collected(took: Duration, late: bool) {
    let failure = late.then_some(Failure::Late);
    OPERATIONS.collections.record_with(took.as_secs_f64(), Collection { failure });
}
