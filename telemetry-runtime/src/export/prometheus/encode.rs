//! From a snapshot to text.

use std::sync::Arc;

use opentelemetry::Value;
use opentelemetry_sdk::Resource;

use super::family::{Conflict, Families, Family};
use super::labels::{LabelLayout, escape_help, write_label};
use super::names::FamilyKind;
use super::negotiate::Format;
use super::number::{is_sum, write_float, write_integer, write_number};
use crate::metrics::{
    AttributeData, HistogramPoint, MeterScope, Metric, MetricData, Number, NumberPoint, Snapshot,
};

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
        let scopes: Vec<ScopeLabels> =
            snapshot.scopes.iter().map(|scope| ScopeLabels::new(&scope.scope)).collect();
        self.families.fit(snapshot);
        let mut writer = Writer {
            out: String::with_capacity(self.size + self.size / 8),
            open_metrics,
            labels: String::new(),
        };
        writer.target_info(resource);
        for family in self.families.list() {
            writer.family(family, &scopes, snapshot);
        }
        if open_metrics {
            writer.out.push_str("# EOF\n");
        }
        self.size = writer.out.len();
        Exposition { text: writer.out, conflicts: self.families.conflicts().to_vec() }
    }
}

/// The labels that every point of a scope carries.
struct ScopeLabels {
    names: Vec<String>,
    /// `otel_scope_name="..",otel_scope_version=".."`
    text: String,
}

impl ScopeLabels {
    fn new(scope: &MeterScope) -> Self {
        let mut names = Vec::new();
        let mut text = String::new();
        let fixed = [
            ("otel_scope_name", Some(&*scope.name)),
            ("otel_scope_version", scope.version.as_deref()),
            ("otel_scope_schema_url", scope.schema_url.as_deref()),
        ];
        for (name, value) in fixed {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                write_label(&mut text, name, value);
            }
            // Reserved even where the scope has none: the specification drops scope attributes of these names.
            names.push(name.to_owned());
        }
        let attributes: Vec<_> = scope
            .attributes
            .iter()
            .filter(|(key, _)| !matches!(&**key, "name" | "version" | "schema_url"))
            .map(|(key, value)| (format!("otel_scope_{key}").into(), AttributeData::String(value.clone())))
            .collect();
        if !attributes.is_empty() {
            if !text.is_empty() {
                text.push(',');
            }
            let mut layout = LabelLayout::default();
            layout.fit(&attributes, &|name| names.iter().any(|taken| taken == name));
            layout.write(&mut text, &attributes);
            names.extend(layout.names().map(str::to_owned));
        }
        Self { names, text }
    }
}

struct Writer {
    out: String,
    open_metrics: bool,
    /// The labels of the point at hand; here so that its memory is used again.
    labels: String,
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

    fn family(&mut self, family: &Family, scopes: &[ScopeLabels], snapshot: &Snapshot) {
        let name = if self.open_metrics { family.name.base() } else { &family.name.text };
        let metric = |(scope, position): &(usize, usize)| &snapshot.scopes[*scope].metrics[*position];
        // The first one that says something.
        let help =
            family.members.iter().map(|member| &*metric(member).description).find(|text| !text.is_empty());
        if let Some(help) = help {
            self.out.push_str("# HELP ");
            self.out.push_str(name);
            self.out.push(' ');
            escape_help(&mut self.out, help, self.open_metrics);
            self.out.push('\n');
        }
        self.comment("TYPE", name, family.name.kind.as_str());
        if self.open_metrics
            && let Some(unit) = family.name.unit()
        {
            self.comment("UNIT", name, unit);
        }
        for member in &family.members {
            self.metric(family, &scopes[member.0], metric(member));
        }
    }

    fn comment(&mut self, keyword: &str, name: &str, text: &str) {
        for part in ["# ", keyword, " ", name, " ", text, "\n"] {
            self.out.push_str(part);
        }
    }

    fn metric(&mut self, family: &Family, scope: &ScopeLabels, metric: &Metric) {
        match &metric.data {
            MetricData::Sum { points, .. } | MetricData::Gauge { points } => {
                self.numbers(family, scope, points);
            }
            MetricData::Histogram { bounds, points } => self.histograms(family, scope, bounds, points),
        }
    }

    fn numbers(&mut self, family: &Family, scope: &ScopeLabels, points: &[NumberPoint]) {
        let counter = family.name.kind == FamilyKind::Counter;
        let mut layout = LabelLayout::default();
        for point in points {
            // The one value that a strict parser refuses; only third-party code can make it.
            if self.open_metrics && counter && !is_sum(point.value) {
                continue;
            }
            layout.fit(&point.attributes, &|name| scope.names.iter().any(|taken| taken == name));
            self.out.push_str(&family.name.text);
            let labels = !(scope.text.is_empty() && point.attributes.is_empty());
            if labels {
                self.out.push('{');
                self.out.push_str(&scope.text);
                if !scope.text.is_empty() && !point.attributes.is_empty() {
                    self.out.push(',');
                }
                layout.write(&mut self.out, &point.attributes);
                self.out.push('}');
            }
            self.out.push(' ');
            write_number(&mut self.out, point.value);
            self.out.push('\n');
        }
    }

    fn histograms(
        &mut self,
        family: &Family,
        scope: &ScopeLabels,
        bounds: &Arc<[f64]>,
        points: &[HistogramPoint],
    ) {
        let name = &family.name.text;
        let mut layout = LabelLayout::default();
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
        for point in points {
            layout.fit(&point.attributes, &|name| {
                name == "le" || scope.names.iter().any(|taken| taken == name)
            });
            self.labels.clear();
            self.labels.push_str(&scope.text);
            if !point.attributes.is_empty() {
                if !self.labels.is_empty() {
                    self.labels.push(',');
                }
                layout.write(&mut self.labels, &point.attributes);
            }
            let mut cumulative = 0;
            for (le, count) in les.iter().zip(&point.bucket_counts) {
                cumulative += count;
                self.bucket(name, le, cumulative);
            }
            // The last bucket is the count by definition, whatever the counts above add up to.
            self.bucket(name, "le=\"+Inf\"} ", point.count);
            // OpenMetrics has no `_sum` that can fall, and no `_count` without one.
            if self.open_metrics && (negative || !is_sum(Number::F64(point.sum))) {
                continue;
            }
            self.sample_name(name, "_sum");
            write_float(&mut self.out, point.sum);
            self.out.push('\n');
            self.sample_name(name, "_count");
            write_integer(&mut self.out, point.count);
            self.out.push('\n');
        }
    }

    fn bucket(&mut self, name: &str, le: &str, count: u64) {
        self.out.push_str(name);
        self.out.push_str("_bucket{");
        if !self.labels.is_empty() {
            self.out.push_str(&self.labels);
            self.out.push(',');
        }
        self.out.push_str(le);
        write_integer(&mut self.out, count);
        self.out.push('\n');
    }

    /// The name and labels of a histogram's sample that is not a bucket.
    fn sample_name(&mut self, name: &str, suffix: &str) {
        self.out.push_str(name);
        self.out.push_str(suffix);
        if !self.labels.is_empty() {
            self.out.push('{');
            self.out.push_str(&self.labels);
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
