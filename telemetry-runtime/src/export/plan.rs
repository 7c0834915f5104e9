//! What bootstrap asks for.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use super::collector::MetricSource;
use super::counters::Counters;
use super::diagnostics::Diagnostics;
use super::sdk_bridge::SdkReader;
use super::sink::{MetricSink, SpanSink};
use crate::config::{BatchConfig, MetricExporterConfig, SpanExporterConfig};
use crate::metrics::views::AppliedViews;

/// Everything that [`start`](super::start) needs to know.
pub(crate) struct ExportPlan {
    /// Who produces the telemetry.
    pub(crate) resource: Resource,
    /// Where exporters count what they did.
    pub(crate) counters: Arc<Counters>,
    /// Where problems go once telemetry runs.
    pub(crate) diagnostics: Diagnostics,
    /// Metrics, unless they are off.
    pub(crate) metrics: Option<MetricsPlan>,
    /// Spans, unless they are off.
    pub(crate) spans: Option<SpansPlan>,
}

/// What is done with metrics.
pub(crate) struct MetricsPlan {
    /// Where they come from.
    pub(crate) source: Arc<dyn MetricSource>,
    /// The reader of the provider that third-party code gets its meters from.
    pub(crate) third_party: Option<SdkReader>,
    /// What is made of all metrics before they are exported.
    pub(crate) views: Option<AppliedViews>,
    /// The time from one periodic export to the next.
    pub(crate) interval: Duration,
    /// The limit for one export to one destination; zero is none.
    pub(crate) timeout: Duration,
    /// The configured exporters.
    pub(crate) exporters: Vec<MetricExporterConfig>,
    /// The registered ones.
    pub(crate) sinks: Vec<Box<dyn MetricSink>>,
}

/// What is done with spans.
pub(crate) struct SpansPlan {
    /// Where they come from.
    pub(crate) source: Arc<dyn SpanSource>,
    /// How they are batched.
    pub(crate) batch: BatchConfig,
    /// The configured exporters.
    pub(crate) exporters: Vec<SpanExporterConfig>,
    /// The registered ones.
    pub(crate) sinks: Vec<Box<dyn SpanSink>>,
}

/// A bounded queue of finished spans.
pub(crate) trait SpanSource: Send + Sync {
    /// Takes up to `max` spans, the oldest first; none where none wait.
    fn drain(&self, max: usize) -> Vec<SpanData>;

    /// How many spans wait.
    fn waiting(&self) -> usize;

    /// How many spans were dropped so far because the queue was full.
    fn dropped(&self) -> u64;

    /// Told once for each span that was drained: whether at least one destination took it.
    fn settle(&self, exported: usize, failed: usize);

    /// Sets what is called when enough spans wait for a batch. It does not block.
    fn on_full(&self, wake: Box<dyn Fn() + Send + Sync>);
}
