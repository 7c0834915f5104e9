//! From a snapshot to text.

use opentelemetry::Value;
use opentelemetry_sdk::Resource;

use super::exemplar::write_exemplar;
use super::family::{Conflict, Families, Family};
use super::labels::{LabelLayout, escape_help};
use super::names::{FamilyKind, FamilyName};
use super::negotiate::Format;
use super::number::{is_sum, write_float, write_integer, write_number};
use super::series::{EdgeTexts, Form, ScopeLabels, SeriesTexts};
use crate::metrics::{AttributeData, HistogramPoint, MetricData, Number, NumberPoint, Snapshot};

/// Encodes snapshots, and remembers between scrapes what does not change.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    families: Families,
    /// The size of the last exposition: a good guess for the next.
    size: usize,
}

/// A snapshot as text.
#[derive(Debug)]
pub(crate) struct Encoded {
    /// What the scraper gets, in UTF-8.
    pub(crate) text: Vec<u8>,
    /// The metrics that are not in it.
    pub(crate) conflicts: Vec<Conflict>,
}

impl Encoder {
    /// Renders `snapshot` in `format`.
    ///
    /// Neither format gets `_created` samples: they double the number of series of a counter, and OTLP carries the
    /// start times.
    pub(crate) fn encode(&mut self, snapshot: &Snapshot, resource: &Resource, format: Format) -> Encoded {
        let open_metrics = format.is_open_metrics();
        self.families.fit(snapshot);
        let Families { scopes, edges, list, .. } = &mut self.families;
        let mut writer = Writer { out: Vec::with_capacity(self.size + self.size / 8), open_metrics };
        writer.target_info(resource);
        for family in list {
            writer.family(family, scopes, edges, snapshot);
        }
        if open_metrics {
            writer.push("# EOF\n");
        }
        self.size = writer.out.len();
        Encoded { text: writer.out, conflicts: self.families.conflicts().to_vec() }
    }
}

struct Writer {
    out: Vec<u8>,
    open_metrics: bool,
}

impl Writer {
    #[inline]
    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// The resource, once, as the specification asks. It is never put on the series.
    fn target_info(&mut self, resource: &Resource) {
        let attributes: Vec<_> =
            resource.iter().map(|(key, value)| (key.to_string().into(), attribute(value))).collect();
        let mut layout = LabelLayout::default();
        layout.fit(&attributes, &|_| false);
        let mut text = String::from("target_info{");
        if !layout.write(&mut text, &attributes, false) {
            return;
        }
        text.push_str("} 1\n");
        let (name, kind) = if self.open_metrics { ("target", "info") } else { ("target_info", "gauge") };
        self.comment("HELP", name, "Target metadata");
        self.comment("TYPE", name, kind);
        self.push(&text);
    }

    fn family(
        &mut self,
        family: &mut Family,
        scopes: &[ScopeLabels],
        edges: &mut EdgeTexts,
        snapshot: &Snapshot,
    ) {
        let Family { name, members } = family;
        let shown = if self.open_metrics { name.base() } else { &name.text };
        // The first one that says something.
        let help =
            members.iter().map(|member| &*member.of(snapshot).description).find(|text| !text.is_empty());
        if let Some(help) = help {
            let mut text = format!("# HELP {shown} ");
            escape_help(&mut text, help, self.open_metrics);
            text.push('\n');
            self.push(&text);
        }
        self.comment("TYPE", shown, name.kind.as_str());
        if self.open_metrics
            && let Some(unit) = name.unit()
        {
            self.comment("UNIT", shown, unit);
        }
        for member in members {
            let (scope, texts) = (&scopes[member.scope], &mut member.texts);
            match &snapshot.scopes[member.scope].metrics[member.position].data {
                MetricData::Sum { points, .. } => self.numbers(name, scope, texts, (points, true)),
                MetricData::Gauge { points } => self.numbers(name, scope, texts, (points, false)),
                MetricData::Histogram { bounds, points } => {
                    self.histograms(&name.text, scope, texts, (bounds, edges.of(bounds)), points);
                }
            }
        }
    }

    fn comment(&mut self, keyword: &str, name: &str, text: &str) {
        for part in ["# ", keyword, " ", name, " ", text, "\n"] {
            self.push(part);
        }
    }

    fn numbers(
        &mut self,
        name: &FamilyName,
        scope: &ScopeLabels,
        texts: &mut SeriesTexts,
        (points, adds_up): (&[NumberPoint], bool),
    ) {
        let counter = name.kind == FamilyKind::Counter;
        let (before, without) = ([&name.text, "{"].concat(), [&name.text, " "].concat());
        let form = Form { scope, reserved: &[], before: &before, after: "} ", without: &without };
        texts.fit(points.iter().map(|point| &point.attributes), &form);
        for position in 0..points.len() {
            if texts.twins().is_later(position) {
                continue;
            }
            let value = texts.twins().number(points, position, adds_up);
            // The one value that a strict parser refuses; only third-party code can make it.
            if self.open_metrics && counter && !is_sum(value) {
                continue;
            }
            self.push(texts.text(position));
            write_number(&mut self.out, value);
            self.out.push(b'\n');
        }
    }

    fn histograms(
        &mut self,
        name: &str,
        scope: &ScopeLabels,
        texts: &mut SeriesTexts,
        (bounds, edges): (&[f64], &[String]),
        points: &[HistogramPoint],
    ) {
        let bucket = [name, "_bucket{"].concat();
        let form = Form { scope, reserved: &["le"], before: "", after: ",", without: "" };
        let negative = bounds.first().is_some_and(|bound| *bound < 0.0);
        texts.fit(points.iter().map(|point| &point.attributes), &form);
        for position in 0..points.len() {
            if texts.twins().is_later(position) {
                continue;
            }
            let point = texts.twins().histogram(points, position);
            let labels = texts.text(position);
            // The text format has none.
            let exemplars = if self.open_metrics { &*point.exemplars } else { &[] };
            let mut exemplars = exemplars.iter().peekable();
            let mut cumulative = 0;
            // The last bucket is the count by definition, whatever the counts above add up to.
            let counts = point.bucket_counts.iter().take(bounds.len()).copied().map(Some).chain([None]);
            for (index, (edge, count)) in edges.iter().zip(counts).enumerate() {
                cumulative = count.map_or(point.count, |count| cumulative + count);
                self.push(&bucket);
                self.push(labels);
                self.push(edge);
                write_integer(&mut self.out, cumulative);
                if let Some(exemplar) = exemplars.next_if(|exemplar| exemplar.bucket == index) {
                    write_exemplar(&mut self.out, exemplar);
                }
                self.out.push(b'\n');
            }
            // OpenMetrics has no `_sum` that can fall, and no `_count` without one.
            if self.open_metrics && (negative || !is_sum(Number::F64(point.sum))) {
                continue;
            }
            let labels = labels.trim_end_matches(',');
            self.sample(name, "_sum", labels);
            write_float(&mut self.out, point.sum);
            self.out.push(b'\n');
            self.sample(name, "_count", labels);
            write_integer(&mut self.out, point.count);
            self.out.push(b'\n');
        }
    }

    /// Everything of a sample but its value.
    fn sample(&mut self, name: &str, suffix: &str, labels: &str) {
        self.push(name);
        self.push(suffix);
        if !labels.is_empty() {
            self.push("{");
            self.push(labels);
            self.push("}");
        }
        self.push(" ");
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
