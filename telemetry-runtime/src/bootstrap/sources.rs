//! Where exporters get metrics and spans from.

use opentelemetry_sdk::trace::SpanData;

use crate::export::{MetricSource, SpanSource};
use crate::metrics::{self, Naming, ScopeMetrics};
use crate::self_telemetry;
use crate::trace::queue;

/// Our own store, under the configured names.
pub(super) struct Metrics {
    naming: Naming,
}

impl Metrics {
    pub(super) fn new(naming: Naming) -> Self {
        Self { naming }
    }
}

impl MetricSource for Metrics {
    fn observe(&self) {
        self_telemetry::of_one_moment(metrics::observe);
    }

    fn observe_self(&self) {
        self_telemetry::of_one_moment(|| metrics::observe_scope(self_telemetry::SCOPE));
    }

    fn read(&self) -> Vec<ScopeMetrics> {
        metrics::read(&self.naming)
    }
}

/// The recorder's queue: our spans, and third-party ones that ended in it.
pub(super) struct RecordedSpans;

impl SpanSource for RecordedSpans {
    fn drain(&self, max: usize) -> Vec<SpanData> {
        queue::drain(max)
    }

    fn waiting(&self) -> usize {
        queue::waiting()
    }

    fn dropped(&self) -> u64 {
        queue::counts().dropped_full
    }

    fn settle(&self, exported: usize, failed: usize) {
        queue::settle(exported, failed);
    }

    fn on_full(&self, wake: Box<dyn Fn() + Send + Sync>) {
        queue::on_batch(wake);
    }
}
