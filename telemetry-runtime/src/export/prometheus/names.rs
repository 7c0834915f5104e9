//! The names of families and labels: the rules of `telemetry_naming::prometheus`, plus what only an exposition can
//! know, namely which names are taken.

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
        let text = spelled(metric);
        let base = match kind {
            FamilyKind::Counter => text.strip_suffix("_total").map_or(text.len(), str::len),
            _ => text.len(),
        };
        let unit = unit_of(&text[..base], &metric.unit);
        Self {
            text,
            base,
            unit,
            kind,
        }
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
        self.kind
            .suffixes()
            .iter()
            .map(|suffix| format!("{}{suffix}", self.base()))
    }
}

// STUB until telemetry_naming::prometheus lands.
fn spelled(metric: &Metric) -> String {
    let mut name = String::new();
    for token in metric
        .name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|t| !t.is_empty())
    {
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(token);
    }
    if let Some(unit) = spelled_unit(&metric.unit) {
        name.push('_');
        name.push_str(unit);
    }
    if FamilyKind::of(&metric.data) == FamilyKind::Counter {
        name = name.trim_end_matches("_total").to_owned() + "_total";
    }
    name
}

fn spelled_unit(unit: &str) -> Option<&'static str> {
    match unit {
        "s" => Some("seconds"),
        "By" => Some("bytes"),
        _ => None,
    }
}

fn unit_of(base: &str, unit: &str) -> Option<usize> {
    let unit = spelled_unit(unit)?;
    base.strip_suffix(unit)
        .filter(|rest| rest.ends_with('_'))
        .map(str::len)
}

/// The label for an attribute key, such that a series can carry it beside the labels that `taken` knows.
///
/// A label that is taken gets the prefix `exported_`, as Prometheus itself renames `job` and `instance`.
pub(super) fn label(key: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let name = spelled_label(key);
    if name == "__name__" || taken(&name) {
        format!("exported_{}", name.trim_matches('_'))
    } else {
        name
    }
}

// STUB until telemetry_naming::prometheus lands.
fn spelled_label(key: &str) -> String {
    let mut name = String::new();
    for character in key.chars() {
        if character.is_ascii_alphanumeric() || (character == '_') {
            name.push(character);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    if name.trim_matches('_').is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "key_");
    }
    name
}
