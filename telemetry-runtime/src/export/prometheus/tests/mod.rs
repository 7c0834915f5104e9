//! The exposition as a scraper sees it.

mod hostile;
mod negotiation;
mod oracle;
mod text;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

use super::{Conflict, Encoder, Format};
use crate::metrics::{
    AttributeData, Attributes, HistogramPoint, MeterScope, Metric, MetricData, Number, NumberPoint,
    ScopeMetrics, Snapshot,
};

const TEXT: Format = Format::DEFAULT;
const OPEN_METRICS: Format = Format::OpenMetrics { escaping: false };

fn attributes(pairs: &[(&'static str, AttributeData)]) -> Attributes {
    pairs.iter().map(|(key, value)| (Cow::Borrowed(*key), value.clone())).collect()
}

fn string(value: &'static str) -> AttributeData {
    AttributeData::String(value.into())
}

fn point(pairs: &[(&'static str, AttributeData)], value: Number) -> NumberPoint {
    NumberPoint { attributes: attributes(pairs), start_time: SystemTime::UNIX_EPOCH, value }
}

fn metric(name: &str, unit: &'static str, data: MetricData) -> Metric {
    Metric {
        name: Arc::from(name),
        description: "Things seen.".into(),
        unit: unit.into(),
        kind: None,
        temporality: crate::metrics::Temporality::Cumulative,
        data,
    }
}

fn counter(name: &str, points: Vec<NumberPoint>) -> Metric {
    let monotonic = true;
    metric(name, "", MetricData::Sum { monotonic, points })
}

fn gauge(name: &str, points: Vec<NumberPoint>) -> Metric {
    metric(name, "", MetricData::Gauge { points })
}

fn histogram(name: &str, bounds: &[f64], point: HistogramPoint) -> Metric {
    let data = MetricData::Histogram { bounds: bounds.into(), points: vec![point] };
    metric(name, "s", data)
}

fn histogram_point(
    pairs: &[(&'static str, AttributeData)],
    sum: f64,
    bucket_counts: &[u64],
) -> HistogramPoint {
    HistogramPoint {
        attributes: attributes(pairs),
        start_time: SystemTime::UNIX_EPOCH,
        count: bucket_counts.iter().sum(),
        exemplars: Vec::new(),
        sum,
        min: None,
        max: None,
        bucket_counts: bucket_counts.to_vec(),
    }
}

/// A snapshot of one anonymous scope.
fn snapshot(metrics: Vec<Metric>) -> Snapshot {
    scopes(vec![(MeterScope::default(), metrics)])
}

fn scopes(scopes: Vec<(MeterScope, Vec<Metric>)>) -> Snapshot {
    Snapshot {
        time: SystemTime::UNIX_EPOCH,
        scopes: scopes.into_iter().map(|(scope, metrics)| ScopeMetrics { scope, metrics }).collect(),
    }
}

fn plugin(id: &'static str) -> MeterScope {
    MeterScope {
        name: "backstage".into(),
        version: Some("1.2.3".into()),
        schema_url: None,
        attributes: vec![("backstage.plugin.id".into(), id.into())],
    }
}

fn resource(pairs: &[(&'static str, &'static str)]) -> Resource {
    Resource::builder_empty()
        .with_attributes(pairs.iter().map(|(key, value)| KeyValue::new(*key, *value)))
        .build()
}

fn encode(snapshot: &Snapshot, format: Format) -> String {
    encode_with(snapshot, &resource(&[]), format).0
}

fn encode_with(snapshot: &Snapshot, resource: &Resource, format: Format) -> (String, Vec<Conflict>) {
    let exposition = Encoder::default().encode(snapshot, resource, format);
    (String::from_utf8(exposition.text).unwrap(), exposition.conflicts)
}
