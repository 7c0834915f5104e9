//! `telemetry.metrics`

use super::super::draft::Draft;
use super::super::exporters::Exporters;
use super::super::keys::{Key, Section, keys};
use super::super::kinds::{Choice, Count, Millis, Switch, TimeoutMillis};
use super::super::otlp::Signal;
use super::super::read::Object;
use super::super::schema::{ExemplarFilter, MetricsConfig, NO_LIMIT};
use super::views::{Include, NAMINGS, Views};

pub(super) const METRICS: &[Key<Draft>] = keys!(Draft {
    /// Whether metrics are exported.
    "enabled" => .config.telemetry.metrics.enabled: Switch;
    /// When metrics are pushed; scrapes ignore it.
    "collection" => .config.telemetry.metrics: Section::checked(COLLECTION, check_collection);
    /// Series per instrument; further ones go to the series `otel.metric.overflow="true"`.
    "cardinalityLimit" => .config.telemetry.metrics.cardinality_limit: Count(1..=10_000_000);
    /// The metrics that are exported, by their names without views; `*` is any text, `?` one character.
    "include" => .config.telemetry.metrics.include: Include;
    /// How metrics are named: with their plugin's prefix, or as the author wrote.
    "naming" => .config.telemetry.metrics.naming: Choice(NAMINGS);
    /// Which measurements of histograms are kept as exemplars, with their spans.
    "exemplarFilter" => .config.telemetry.metrics.exemplar_filter: Choice(FILTERS);
    /// How single metrics are exported.
    "views" => .config.telemetry.metrics.views: Views;
    /// Where metrics go; several at once. Without the list: a Prometheus endpoint on loopback.
    "exporters" => .metric_exporters: Exporters(Signal::Metrics);
});

const FILTERS: &[(&str, ExemplarFilter)] = &[
    ("trace_based", ExemplarFilter::TraceBased),
    ("always_on", ExemplarFilter::AlwaysOn),
    ("always_off", ExemplarFilter::AlwaysOff),
];

const COLLECTION: &[Key<MetricsConfig>] = keys!(MetricsConfig {
    /// How often metrics are pushed.
    "exportIntervalMillis" => .export_interval: Millis;
    /// The limit for one push, at most the interval; 0 is no limit.
    "exportTimeoutMillis" => .export_timeout: TimeoutMillis;
});

fn check_collection(section: &Object<'_>, metrics: &MetricsConfig) {
    if let Some(timeout) = section.right("exportTimeoutMillis")
        && metrics.export_timeout > metrics.export_interval
        && metrics.export_timeout != NO_LIMIT
    {
        timeout.problem("must not be longer than `exportIntervalMillis`");
    }
}
