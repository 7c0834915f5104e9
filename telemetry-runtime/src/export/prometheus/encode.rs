//! From a snapshot to text.

use opentelemetry::Value;
use opentelemetry_sdk::Resource;

use super::family::{Conflict, Families, Family};
use super::labels::{LabelLayout, escape_help};
use super::names::{FamilyKind, FamilyName};
use super::negotiate::Format;
use super::number::{is_sum, write_float, write_integer, write_number};
use super::series::{ScopeLabels, SeriesLabels};
use crate::metrics::{AttributeData, HistogramPoint, MetricData, Number, NumberPoint, Snapshot};

/// Encodes snapshots, and remembers between scrapes what does not change.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    families: Families,
    /// The size of the last exposition: a good guess for the next.
    size: usize,
}

/// One exposition.
#[derive(Debug)]
pub(crate) struct Exposition {
    /// What the scraper gets.
    pub(crate) text: String,
    /// The metrics that are not in it.
    pub(crate) conflicts: Vec<Conflict>,
}

impl Encoder {
    /// Renders `snapshot` in `format`.
    ///
    /// Neither format gets `_created` samples: they double the number of series of a counter, and OTLP carries the
    /// start times.
    pub(crate) fn encode(&mut self, snapshot: &Snapshot, resource: &Resource, format: Format) -> Exposition {
        let open_metrics = format.is_open_metrics();
        self.families.fit(snapshot);
        let Families { scopes, list, .. } = &mut self.families;
        let mut writer = Writer { out: String::with_capacity(self.size + self.size / 8), open_metrics };
        writer.target_info(resource);
        for family in list {
            writer.family(family, scopes, snapshot);
        }
        if open_metrics {
            writer.out.push_str("# EOF\n");
        }
        self.size = writer.out.len();
        Exposition { text: writer.out, conflicts: self.families.conflicts().to_vec() }
    }
}

struct Writer {
    out: String,
    open_metrics: bool,
}

impl Writer {
    /// The resource, once, as the specification asks. It is never put on the series.
    fn target_info(&mut self, resource: &Resource) {
        let attributes: Vec<_> =
            resource.iter().map(|(key, value)| (key.to_string().into(), attribute(value))).collect();
        if attributes.is_empty() {
            return;
        }
        let (name, kind) = if self.open_metrics { ("target", "info") } else { ("target_info", "gauge") };
        self.comment("HELP", name, "Target metadata");
        self.comment("TYPE", name, kind);
        let mut layout = LabelLayout::default();
        layout.fit(&attributes, &|_| false);
        self.out.push_str("target_info{");
        layout.write(&mut self.out, &attributes);
        self.out.push_str("} 1\n");
    }

    fn family(&mut self, family: &mut Family, scopes: &[ScopeLabels], snapshot: &Snapshot) {
        let Family { name, members } = family;
        let shown = if self.open_metrics { name.base() } else { &name.text };
        // The first one that says something.
        let help =
            members.iter().map(|member| &*member.of(snapshot).description).find(|text| !text.is_empty());
        if let Some(help) = help {
            self.out.push_str("# HELP ");
            self.out.push_str(shown);
            self.out.push(' ');
            escape_help(&mut self.out, help, self.open_metrics);
            self.out.push('\n');
        }
        self.comment("TYPE", shown, name.kind.as_str());
        if self.open_metrics
            && let Some(unit) = name.unit()
        {
            self.comment("UNIT", shown, unit);
        }
        for member in members {
            let (scope, labels) = (&scopes[member.scope], &mut member.labels);
            match &snapshot.scopes[member.scope].metrics[member.position].data {
                MetricData::Sum { points, .. } | MetricData::Gauge { points } => {
                    self.numbers(name, scope, labels, points);
                }
                MetricData::Histogram { bounds, points } => {
                    self.histograms(&name.text, scope, labels, bounds, points);
                }
            }
        }
    }

    fn comment(&mut self, keyword: &str, name: &str, text: &str) {
        for part in ["# ", keyword, " ", name, " ", text, "\n"] {
            self.out.push_str(part);
        }
    }

    fn numbers(
        &mut self,
        name: &FamilyName,
        scope: &ScopeLabels,
        labels: &mut SeriesLabels,
        points: &[NumberPoint],
    ) {
        let counter = name.kind == FamilyKind::Counter;
        for (position, point) in points.iter().enumerate() {
            let labels = labels.of(position, &point.attributes, scope, &[]);
            // The one value that a strict parser refuses; only third-party code can make it.
            if self.open_metrics && counter && !is_sum(point.value) {
                continue;
            }
            self.sample(&name.text, "", labels);
            write_number(&mut self.out, point.value);
            self.out.push('\n');
        }
        labels.truncate(points.len());
    }

    fn histograms(
        &mut self,
        name: &str,
        scope: &ScopeLabels,
        labels: &mut SeriesLabels,
        bounds: &[f64],
        points: &[HistogramPoint],
    ) {
        let les: Vec<String> = bounds
            .iter()
            .map(|bound| {
                let mut text = String::from("le=\"");
                write_float(&mut text, *bound);
                text.push_str("\"} ");
                text
            })
            .collect();
        let negative = bounds.first().is_some_and(|bound| *bound < 0.0);
        for (position, point) in points.iter().enumerate() {
            let labels = labels.of(position, &point.attributes, scope, &["le"]);
            let mut cumulative = 0;
            for (le, count) in les.iter().zip(&point.bucket_counts) {
                cumulative += count;
                self.bucket(name, labels, le, cumulative);
            }
            // The last bucket is the count by definition, whatever the counts above add up to.
            self.bucket(name, labels, "le=\"+Inf\"} ", point.count);
            // OpenMetrics has no `_sum` that can fall, and no `_count` without one.
            if self.open_metrics && (negative || !is_sum(Number::F64(point.sum))) {
                continue;
            }
            self.sample(name, "_sum", labels);
            write_float(&mut self.out, point.sum);
            self.out.push('\n');
            self.sample(name, "_count", labels);
            write_integer(&mut self.out, point.count);
            self.out.push('\n');
        }
        labels.truncate(points.len());
    }

    fn bucket(&mut self, name: &str, labels: &str, le: &str, count: u64) {
        self.out.push_str(name);
        self.out.push_str("_bucket{");
        if !labels.is_empty() {
            self.out.push_str(labels);
            self.out.push(',');
        }
        self.out.push_str(le);
        write_integer(&mut self.out, count);
        self.out.push('\n');
    }

    /// Everything of a sample but its value.
    fn sample(&mut self, name: &str, suffix: &str, labels: &str) {
        self.out.push_str(name);
        self.out.push_str(suffix);
        if !labels.is_empty() {
            self.out.push('{');
            self.out.push_str(labels);
            self.out.push('}');
        }
        self.out.push(' ');
    }
}

fn attribute(value: &Value) -> AttributeData {
    match value {
        Value::Bool(value) => AttributeData::Bool(*value),
        Value::I64(value) => AttributeData::I64(*value),
        Value::F64(value) => AttributeData::F64(*value),
        other => AttributeData::String(other.to_string().into()),
    }
}
