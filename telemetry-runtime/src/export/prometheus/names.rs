//! The names of families and labels: the rules of `telemetry_naming::prometheus`, plus what only an exposition can
//! know, namely which names are taken.

use telemetry_naming::prometheus as naming;

use crate::metrics::{Metric, MetricData};

/// How a metric is named in an exposition.
#[derive(Debug)]
pub(super) struct FamilyName {
    /// The name of the family in the text format, `_total` included.
    pub(super) text: String,
    /// Where the name without a counter's `_total` ends: the name of the family in `OpenMetrics`.
    base: usize,
    /// Where the unit starts, if the base name ends with one: the UNIT of `OpenMetrics`.
    unit: Option<usize>,
    pub(super) kind: FamilyKind,
}

/// The types of a family that we can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FamilyKind {
    /// A monotonic sum.
    Counter,
    /// A sum that also goes down, or a gauge.
    Gauge,
    /// A histogram.
    Histogram,
}

impl FamilyKind {
    pub(super) fn of(data: &MetricData) -> Self {
        match data {
            MetricData::Sum { monotonic: true, .. } => Self::Counter,
            MetricData::Sum { monotonic: false, .. } | MetricData::Gauge { .. } => Self::Gauge,
            MetricData::Histogram { .. } => Self::Histogram,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }

    /// The suffixes that `OpenMetrics` reserves for a family of this type.
    fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge => &[""],
            Self::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
        }
    }
}

impl FamilyName {
    pub(super) fn of(metric: &Metric) -> Self {
        let kind = FamilyKind::of(&metric.data);
        let spelling = spelling(&metric.data);
        let mut text = naming::metric_name(&metric.name, &metric.unit, spelling);
        let mut base = text.len();
        if kind == FamilyKind::Counter {
            match text.strip_suffix("_total") {
                Some(name) => base = name.len(),
                // A counter that is called `total` and nothing else.
                None => text.push_str("_total"),
            }
        }
        // The unit of a counter stands before `_total`, as that of other sums does at the end.
        let unit_of_kind = if kind == FamilyKind::Counter { naming::Kind::UpDownCounter } else { spelling };
        let unit = unit_of(&text[..base], &metric.unit, unit_of_kind);
        Self { text, base, unit, kind }
    }

    /// The name of the family in `OpenMetrics`.
    pub(super) fn base(&self) -> &str {
        &self.text[..self.base]
    }

    /// The unit, where the base name ends with it as `OpenMetrics` demands.
    pub(super) fn unit(&self) -> Option<&str> {
        self.unit.map(|start| &self.text[start..self.base])
    }

    /// Every name that a series of this family may have in one of the formats.
    pub(super) fn reserved(&self) -> impl Iterator<Item = String> + '_ {
        self.kind.suffixes().iter().map(|suffix| format!("{}{suffix}", self.base()))
    }
}

/// The kind by which the naming rules spell a metric.
pub(super) fn spelling(data: &MetricData) -> naming::Kind {
    match data {
        MetricData::Sum { monotonic: true, .. } => naming::Kind::Counter,
        // A gauge in the exposition, but `ratio` is for the names of real gauges only.
        MetricData::Sum { monotonic: false, .. } => naming::Kind::UpDownCounter,
        MetricData::Gauge { .. } => naming::Kind::Gauge,
        MetricData::Histogram { .. } => naming::Kind::Histogram,
    }
}

/// Where the unit starts in a base name that ends with it.
fn unit_of(base: &str, unit: &str, kind: naming::Kind) -> Option<usize> {
    // The name of a metric without a name is the unit alone, or a placeholder where there is no unit.
    let unit = naming::metric_name("", unit, kind);
    let rest = base.strip_suffix(unit.as_str())?.strip_suffix('_')?;
    (!unit.starts_with('_')).then_some(rest.len() + 1)
}

/// The label for an attribute key, such that a series can carry it beside the labels that `taken` knows.
///
/// A label that is taken gets the prefix `exported_`, as Prometheus itself renames `job` and `instance`.
pub(super) fn label(key: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let mut name = naming::label_name(key);
    // Labels in double underscores belong to Prometheus: `__name__` would be a second name, and a strict parser refuses
    // the others.
    while name.starts_with("__") || taken(&name) {
        name = format!("exported_{}", name.trim_matches('_'));
    }
    name
}
