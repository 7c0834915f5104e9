//! `telemetry.metrics.views`, `include` and `naming`: which metrics are exported, and how.

use std::collections::BTreeMap;

/// `telemetry.metrics.naming`, and `backend.metrics.plugin.<id>.naming` for one plugin or core service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetricNaming {
    /// `prefixed`: `backstage.plugin.{id}.{name}` and `backstage.core.{service}.{name}`.
    #[default]
    Prefixed,
    /// `asIs`: the name that the author wrote, as shipped Backstage exports it.
    AsIs,
}

/// `telemetry.metrics.exemplarFilter`: which measurements of histograms are kept as exemplars (OpenTelemetry specification,
/// "Exemplar Filter").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExemplarFilter {
    /// `trace_based`: those made in a sampled span.
    #[default]
    TraceBased,
    /// `always_on`: all that are the first of their bucket.
    AlwaysOn,
    /// `always_off`: none.
    AlwaysOff,
}

/// One entry of `telemetry.metrics.views`.
///
/// As in OpenTelemetry, each view that selects a metric gives one stream of it; a metric that no view selects is exported as
/// it is, and one whose views all drop it is not exported. Views that give one name are one stream: the later view wins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewConfig {
    /// Where the view is written, for messages: `app-config.yaml:12:9`.
    pub place: String,
    /// Which metrics it is about.
    pub selector: ViewSelector,
    /// `name`: the exported name, default the metric's own. One `*` stands for what the one `*` of `instrument` matched.
    pub name: Option<String>,
    /// `alsoAs`: names under which the metric is exported too, written as `name` is.
    pub also_as: Vec<String>,
    /// `description`, default the metric's own.
    pub description: Option<String>,
    /// `unit`, default the metric's own; it is what Prometheus makes a suffix of, and converts no value.
    pub unit: Option<String>,
    /// `drop`, default `false`: the view gives no stream.
    pub drop: bool,
    /// `buckets`: the upper bounds of a histogram, finite and strictly increasing.
    pub buckets: Option<Vec<f64>>,
    /// `attributes`: the attributes that stay; points that differ in others are added up.
    pub attributes: Option<AttributeKeys>,
    /// `renameAttributes`: keys of attributes, and what they are called instead. Values stay.
    pub rename_attributes: BTreeMap<String, String>,
    /// `cardinalityLimit`: series of this metric, instead of `telemetry.metrics.cardinalityLimit`.
    pub cardinality_limit: Option<usize>,
}

/// What a view is about. All conditions must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewSelector {
    /// `instrument`: a pattern with `*` (any text) and `?` (one character) for the name that the metric has without views,
    /// whatever its case. Default `*`.
    pub instrument: String,
    /// `where.kind`
    pub kind: Option<InstrumentType>,
    /// `where.unit`
    pub unit: Option<String>,
    /// `where.meter`: a pattern for the name of the instrumentation scope.
    pub meter: Option<String>,
    /// `where.plugin`: a plugin's id.
    pub plugin: Option<String>,
}

/// `where.kind`: OpenTelemetry's seven instruments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstrumentType {
    /// `counter`
    Counter,
    /// `up_down_counter`
    UpDownCounter,
    /// `histogram`
    Histogram,
    /// `gauge`
    Gauge,
    /// `observable_counter`
    ObservableCounter,
    /// `observable_up_down_counter`
    ObservableUpDownCounter,
    /// `observable_gauge`
    ObservableGauge,
}

impl Default for ViewSelector {
    fn default() -> Self {
        Self { instrument: "*".to_owned(), kind: None, unit: None, meter: None, plugin: None }
    }
}

/// `attributes` of a view: keys that stay, with `*` and `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeKeys {
    /// `included`, or the list itself. Default all.
    pub included: Vec<String>,
    /// `excluded`: of the included ones, those that go. Default none.
    pub excluded: Vec<String>,
}

impl Default for AttributeKeys {
    fn default() -> Self {
        Self { included: vec!["*".to_owned()], excluded: Vec::new() }
    }
}

/// `temporality` of an `otlp` exporter for metrics: whether sums are those since the start, or since the last export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemporalityPreference {
    /// `cumulative`
    #[default]
    Cumulative,
    /// `delta`: counters and histograms since the last export; up-down counters stay cumulative.
    Delta,
    /// `lowMemory`: as `delta`, but observable counters stay cumulative.
    LowMemory,
}
