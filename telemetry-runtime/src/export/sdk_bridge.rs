//! Third-party instruments: what `opentelemetry_sdk` aggregates, as the snapshot that all exporters share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, Histogram, Metric as SdkMetric, MetricData as SdkData, ResourceMetrics,
};
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Temporality};

use super::third_party::GuardedMeterProvider;
use crate::metrics::{
    AttributeData, Attributes, HistogramPoint, MeterScope, Metric, MetricData, Number, NumberPoint,
    ScopeMetrics,
};

/// The one reader of the SDK's meter provider. More than one would make its observable callbacks report to each
/// other's points.
#[derive(Clone, Debug)]
pub(crate) struct SdkReader {
    reader: Arc<ManualReader>,
    /// Calls of guarded callbacks that panicked.
    panics: Arc<AtomicUsize>,
}

/// What a collection of the SDK gave.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) scopes: Vec<ScopeMetrics>,
    /// Metrics of a kind that a snapshot does not have, such as exponential histograms.
    pub(crate) unsupported: Vec<String>,
}

impl SdkReader {
    pub(crate) fn new() -> Self {
        let reader = ManualReader::builder().with_temporality(Temporality::Cumulative).build();
        Self { reader: Arc::new(reader), panics: Arc::default() }
    }

    /// The provider for `opentelemetry::global`: that of this reader, with a guard around its callbacks.
    pub(crate) fn guard(&self, provider: SdkMeterProvider) -> GuardedMeterProvider {
        GuardedMeterProvider::new(provider, self.panics.clone())
    }

    /// How often a guarded callback panicked.
    pub(super) fn panics(&self) -> usize {
        self.panics.load(Ordering::Relaxed)
    }

    /// Runs the callbacks of third-party observables and gives all third-party metrics.
    ///
    /// It runs user code, so that it may block, and panic where the provider is not guarded. After a panic the SDK never
    /// collects again.
    pub(crate) fn read(&self) -> Result<Collected, String> {
        let mut metrics = ResourceMetrics::default();
        self.reader.collect(&mut metrics).map_err(|error| error.to_string())?;
        let mut collected = Collected::default();
        for scope in metrics.scope_metrics() {
            let mut converted = Vec::new();
            for metric in scope.metrics() {
                match convert(metric) {
                    Some(metric) => converted.push(metric),
                    None => collected.unsupported.push(metric.name().to_owned()),
                }
            }
            collected.scopes.push(ScopeMetrics { scope: meter_scope(scope.scope()), metrics: converted });
        }
        // The SDK keeps scopes in a map of random order.
        collected.scopes.sort_by(|a, b| order(&a.scope).cmp(&order(&b.scope)));
        Ok(collected)
    }
}

fn order(scope: &MeterScope) -> (&str, Option<&str>, Option<&str>) {
    (&scope.name, scope.version.as_deref(), scope.schema_url.as_deref())
}

impl MetricReader for SdkReader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.reader.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.reader.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.reader.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.reader.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.reader.temporality(kind)
    }
}

/// A number of the SDK.
trait SdkNumber: Copy {
    fn number(self) -> Number;
    fn float(self) -> f64;
}

impl SdkNumber for u64 {
    fn number(self) -> Number {
        Number::U64(self)
    }

    #[expect(clippy::cast_precision_loss, reason = "sums of histograms are floats in every format")]
    fn float(self) -> f64 {
        self as f64
    }
}

impl SdkNumber for i64 {
    fn number(self) -> Number {
        Number::I64(self)
    }

    #[expect(clippy::cast_precision_loss, reason = "sums of histograms are floats in every format")]
    fn float(self) -> f64 {
        self as f64
    }
}

impl SdkNumber for f64 {
    fn number(self) -> Number {
        Number::F64(self)
    }

    fn float(self) -> f64 {
        self
    }
}

fn convert(metric: &SdkMetric) -> Option<Metric> {
    let data = match metric.data() {
        AggregatedMetrics::U64(data) => numbers(data),
        AggregatedMetrics::I64(data) => numbers(data),
        AggregatedMetrics::F64(data) => numbers(data),
    }?;
    Some(Metric {
        name: metric.name().into(),
        description: metric.description().to_owned().into(),
        unit: metric.unit().to_owned().into(),
        kind: None,
        temporality: crate::metrics::Temporality::Cumulative,
        data,
    })
}

fn numbers<T: SdkNumber>(data: &SdkData<T>) -> Option<MetricData> {
    match data {
        SdkData::Sum(sum) if sum.temporality() == Temporality::Cumulative => {
            let point = |attributes, value| point(attributes, sum.start_time(), value);
            let points = sum.data_points().map(|p| point(attributes(p.attributes()), p.value().number()));
            Some(MetricData::Sum { monotonic: sum.is_monotonic(), points: points.collect() })
        }
        SdkData::Gauge(gauge) => {
            let start = gauge.start_time().unwrap_or_else(|| gauge.time());
            let points =
                gauge.data_points().map(|p| point(attributes(p.attributes()), start, p.value().number()));
            Some(MetricData::Gauge { points: points.collect() })
        }
        SdkData::Histogram(data) if data.temporality() == Temporality::Cumulative => Some(histogram(data)),
        _ => None,
    }
}

fn point(attributes: Attributes, start_time: SystemTime, value: Number) -> NumberPoint {
    NumberPoint { attributes, start_time, value }
}

fn histogram<T: SdkNumber>(data: &Histogram<T>) -> MetricData {
    // All points of one histogram have the same bounds.
    let bounds: Arc<[f64]> =
        data.data_points().next().map_or_else(|| Arc::from([]), |point| point.bounds().collect());
    let points = data.data_points().map(|point| {
        let mut bucket_counts: Vec<u64> = point.bucket_counts().collect();
        if bucket_counts.is_empty() {
            // Without bounds the SDK gives count and sum only.
            bucket_counts.push(point.count());
        }
        HistogramPoint {
            attributes: attributes(point.attributes()),
            start_time: data.start_time(),
            count: point.count(),
            sum: point.sum().float(),
            min: point.min().map(SdkNumber::float),
            max: point.max().map(SdkNumber::float),
            bucket_counts,
            // The SDK keeps none.
            exemplars: Vec::new(),
        }
    });
    MetricData::Histogram { points: points.collect(), bounds }
}

fn meter_scope(scope: &InstrumentationScope) -> MeterScope {
    MeterScope {
        name: scope.name().to_owned().into(),
        version: scope.version().map(|version| version.to_owned().into()),
        schema_url: scope.schema_url().map(|url| url.to_owned().into()),
        attributes: scope
            .attributes()
            .map(|attribute| (attribute.key.to_string().into(), attribute.value.to_string().into()))
            .collect(),
    }
}

fn attributes<'a>(pairs: impl Iterator<Item = &'a KeyValue>) -> Attributes {
    pairs.map(|pair| (pair.key.to_string().into(), value(&pair.value))).collect()
}

fn value(value: &Value) -> AttributeData {
    match value {
        Value::Bool(value) => AttributeData::Bool(*value),
        Value::I64(value) => AttributeData::I64(*value),
        Value::F64(value) => AttributeData::F64(*value),
        Value::String(value) => AttributeData::String(value.to_string().into()),
        Value::Array(array) => AttributeData::Array(match array {
            Array::Bool(values) => values.iter().copied().map(AttributeData::Bool).collect(),
            Array::I64(values) => values.iter().copied().map(AttributeData::I64).collect(),
            Array::F64(values) => values.iter().copied().map(AttributeData::F64).collect(),
            Array::String(values) => {
                values.iter().map(|value| AttributeData::String(value.to_string().into())).collect()
            }
            // A kind of array that OpenTelemetry adds later is shown as text.
            other => vec![AttributeData::String(format!("{other:?}").into())],
        }),
        other => AttributeData::String(other.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::metrics::MeterProvider as _;
    use opentelemetry_sdk::metrics::{Aggregation, Instrument, Stream};

    use super::*;

    fn provider() -> (SdkMeterProvider, SdkReader) {
        let reader = SdkReader::new();
        let exponential = |instrument: &Instrument| {
            let aggregation =
                Aggregation::Base2ExponentialHistogram { max_size: 160, max_scale: 20, record_min_max: true };
            (instrument.name() == "exponential")
                .then(|| Stream::builder().with_aggregation(aggregation).build().ok())
                .flatten()
        };
        (SdkMeterProvider::builder().with_reader(reader.clone()).with_view(exponential).build(), reader)
    }

    fn metric(collected: &Collected, name: &str) -> MetricData {
        let metrics = collected.scopes.iter().flat_map(|scope| &scope.metrics);
        metrics.filter(|metric| &*metric.name == name).map(|metric| metric.data.clone()).next().unwrap()
    }

    #[test]
    fn sums_gauges_and_histograms_keep_their_values() {
        let (provider, reader) = provider();
        let meter = provider.meter("third-party");
        let key = [KeyValue::new("key", "value")];
        meter.u64_counter("counter").with_unit("s").build().add(3, &key);
        meter.i64_up_down_counter("level").build().add(-2, &[]);
        meter.f64_gauge("gauge").build().record(0.5, &[]);
        let histogram = meter.f64_histogram("histogram").with_boundaries(vec![1.0, 2.0]).build();
        histogram.record(1.5, &[]);
        histogram.record(9.0, &[]);
        let collected = reader.read().unwrap();
        assert_eq!(collected.scopes[0].scope.name, "third-party");

        let MetricData::Sum { monotonic: true, points } = metric(&collected, "counter") else { panic!() };
        assert_eq!(points[0].value, Number::U64(3));
        assert_eq!(points[0].attributes[0], ("key".into(), AttributeData::String("value".into())));
        let MetricData::Sum { monotonic: false, points } = metric(&collected, "level") else { panic!() };
        assert_eq!(points[0].value, Number::I64(-2));
        let MetricData::Gauge { points } = metric(&collected, "gauge") else { panic!() };
        assert_eq!(points[0].value, Number::F64(0.5));
        let MetricData::Histogram { bounds, points } = metric(&collected, "histogram") else { panic!() };
        assert_eq!(*bounds, [1.0, 2.0]);
        assert_eq!(points[0].bucket_counts, [0, 1, 1]);
        assert_eq!((points[0].count, points[0].min, points[0].max), (2, Some(1.5), Some(9.0)));
        assert!((points[0].sum - 10.5).abs() < f64::EPSILON);
    }

    #[test]
    fn a_histogram_without_bounds_has_one_bucket() {
        let (provider, reader) = provider();
        provider.meter("m").u64_histogram("plain").with_boundaries(vec![]).build().record(7, &[]);
        let MetricData::Histogram { bounds, points } = metric(&reader.read().unwrap(), "plain") else {
            panic!()
        };
        assert!(bounds.is_empty());
        assert_eq!(points[0].bucket_counts, [1]);
    }

    #[test]
    fn what_a_snapshot_cannot_hold_is_named() {
        let (provider, reader) = provider();
        provider.meter("m").f64_histogram("exponential").build().record(7.0, &[]);
        assert_eq!(reader.read().unwrap().unsupported, ["exponential"]);
    }

    #[test]
    fn a_reader_that_was_shut_down_says_so() {
        let (provider, reader) = provider();
        provider.shutdown().unwrap();
        assert!(reader.read().is_err());
    }
}
