//! A snapshot as an OTLP message: the same values, bounds and start times, to the bit.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum, exemplar, metric, number_data_point,
};
use opentelemetry_sdk::Resource;

use super::encode::{Group, Request, split_groups};
use crate::metrics::{
    self, AttributeData, HistogramPoint, MeterScope, MetricData, Number, NumberPoint, Snapshot, Temporality,
};

/// The request for a snapshot. Metrics without points are left out: OTLP has nothing to say about them.
pub(super) fn request(snapshot: &Snapshot, resource: &Resource) -> ExportMetricsServiceRequest {
    let time = nanos(snapshot.time);
    let scope_metrics = snapshot
        .scopes
        .iter()
        .map(|scope| ScopeMetrics {
            scope: Some(instrumentation_scope(&scope.scope)),
            metrics: scope.metrics.iter().filter_map(|metric| encode(metric, time)).collect(),
            schema_url: scope.scope.schema_url.as_deref().unwrap_or_default().to_owned(),
        })
        .filter(|scope| !scope.metrics.is_empty())
        .collect();
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(resource.into()),
            scope_metrics,
            schema_url: resource.schema_url().unwrap_or_default().to_owned(),
        }],
    }
}

fn encode(metric: &metrics::Metric, time: u64) -> Option<Metric> {
    let aggregation_temporality = match metric.temporality {
        Temporality::Cumulative => AggregationTemporality::Cumulative,
        Temporality::Delta => AggregationTemporality::Delta,
    }
    .into();
    let data = match &metric.data {
        MetricData::Sum { points, .. } | MetricData::Gauge { points } if points.is_empty() => return None,
        MetricData::Histogram { points, .. } if points.is_empty() => return None,
        MetricData::Sum { monotonic, points } => metric::Data::Sum(Sum {
            data_points: points.iter().map(|point| number(point, nanos(point.start_time), time)).collect(),
            aggregation_temporality,
            is_monotonic: *monotonic,
        }),
        MetricData::Gauge { points } => metric::Data::Gauge(Gauge {
            // A last value has no start.
            data_points: points.iter().map(|point| number(point, 0, time)).collect(),
        }),
        MetricData::Histogram { bounds, points } => metric::Data::Histogram(Histogram {
            data_points: points.iter().map(|point| histogram(point, bounds, time)).collect(),
            aggregation_temporality,
        }),
    };
    Some(Metric {
        name: metric.name.to_string(),
        description: metric.description.to_string(),
        unit: metric.unit.to_string(),
        metadata: Vec::new(),
        data: Some(data),
    })
}

fn number(point: &NumberPoint, start: u64, time: u64) -> NumberDataPoint {
    let value = match point.value {
        Number::I64(value) => number_data_point::Value::AsInt(value),
        // OTLP has no unsigned integers. Beyond the signed ones the nearest float is off by less than 0.00000000000002 %,
        // and the sum still grows.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        Number::U64(value) => i64::try_from(value)
            .map_or(number_data_point::Value::AsDouble(value as f64), number_data_point::Value::AsInt),
        Number::F64(value) => number_data_point::Value::AsDouble(value),
    };
    NumberDataPoint {
        attributes: key_values(&point.attributes),
        start_time_unix_nano: start,
        time_unix_nano: time,
        exemplars: Vec::new(),
        flags: 0,
        value: Some(value),
    }
}

fn histogram(point: &HistogramPoint, bounds: &[f64], time: u64) -> HistogramDataPoint {
    HistogramDataPoint {
        attributes: key_values(&point.attributes),
        start_time_unix_nano: nanos(point.start_time),
        time_unix_nano: time,
        count: point.count,
        sum: Some(point.sum),
        bucket_counts: point.bucket_counts.clone(),
        explicit_bounds: bounds.to_vec(),
        exemplars: point.exemplars.iter().map(exemplar).collect(),
        flags: 0,
        min: point.min,
        max: point.max,
    }
}

fn exemplar(exemplar: &metrics::Exemplar) -> Exemplar {
    // Of no span both are empty.
    let in_a_span = exemplar.trace_id != TraceId::INVALID && exemplar.span_id != SpanId::INVALID;
    let id = |bytes: &[u8]| if in_a_span { bytes.to_vec() } else { Vec::new() };
    Exemplar {
        filtered_attributes: key_values(&exemplar.filtered_attributes),
        time_unix_nano: nanos(exemplar.time),
        span_id: id(&exemplar.span_id.to_bytes()),
        trace_id: id(&exemplar.trace_id.to_bytes()),
        value: Some(exemplar::Value::AsDouble(exemplar.value)),
    }
}

fn instrumentation_scope(scope: &MeterScope) -> InstrumentationScope {
    InstrumentationScope {
        name: scope.name.to_string(),
        version: scope.version.as_deref().unwrap_or_default().to_owned(),
        attributes: scope
            .attributes
            .iter()
            .map(|(key, value)| key_value(key, any_value::Value::StringValue(value.to_string())))
            .collect(),
        dropped_attributes_count: 0,
    }
}

fn key_values(attributes: &[(Cow<'static, str>, AttributeData)]) -> Vec<KeyValue> {
    attributes.iter().map(|(key, value)| key_value(key, any(value))).collect()
}

fn key_value(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn any(value: &AttributeData) -> any_value::Value {
    match value {
        AttributeData::String(value) => any_value::Value::StringValue(value.to_string()),
        AttributeData::Bool(value) => any_value::Value::BoolValue(*value),
        AttributeData::I64(value) => any_value::Value::IntValue(*value),
        AttributeData::F64(value) => any_value::Value::DoubleValue(*value),
        AttributeData::Array(values) => any_value::Value::ArrayValue(ArrayValue {
            values: values.iter().map(|value| AnyValue { value: Some(any(value)) }).collect(),
        }),
    }
}

/// Nanoseconds since 1970; 0, which OTLP reads as unknown, for a time before, and the last one for a time after 2554.
fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

impl Request for ExportMetricsServiceRequest {
    fn units(&self) -> usize {
        let scopes = self.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
        scopes.flat_map(|scope| &scope.metrics).map(points).sum()
    }

    fn split(&mut self) -> Option<Self> {
        let first = self.resource_metrics.first_mut()?;
        let second = ResourceMetrics {
            scope_metrics: split_groups(&mut first.scope_metrics)?,
            resource: first.resource.clone(),
            schema_url: first.schema_url.clone(),
        };
        Some(Self { resource_metrics: vec![second] })
    }
}

fn points(metric: &Metric) -> usize {
    match &metric.data {
        Some(metric::Data::Sum(Sum { data_points, .. }) | metric::Data::Gauge(Gauge { data_points })) => {
            data_points.len()
        }
        Some(metric::Data::Histogram(histogram)) => histogram.data_points.len(),
        _ => 0,
    }
}

impl Group for ScopeMetrics {
    fn len(&self) -> usize {
        self.metrics.len()
    }

    fn split_off(&mut self, at: usize) -> Self {
        Self {
            scope: self.scope.clone(),
            metrics: self.metrics.split_off(at),
            schema_url: self.schema_url.clone(),
        }
    }
}
