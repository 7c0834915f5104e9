//! Exporters for `opentelemetry_sdk` that count what arrives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use opentelemetry::trace::{SpanId, TracerProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanExporter};

/// Spans of one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    pub count: u64,
    pub children: u64,
    /// Attributes whose key starts with `bench.`.
    pub attributes: u64,
    pub events: u64,
}

/// What arrived.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    spans: Arc<Mutex<HashMap<String, Spans>>>,
    /// For each metric its series, their attributes together, and the sum of values or counts.
    metrics: Arc<Mutex<HashMap<String, (usize, usize, f64)>>>,
}

impl Sink {
    pub fn spans(&self, name: &str) -> Spans {
        self.spans.lock().expect("no panic").get(name).copied().unwrap_or_default()
    }

    pub fn metric(&self, name: &str) -> (usize, usize, f64) {
        self.metrics.lock().expect("no panic").get(name).copied().unwrap_or_default()
    }
}

impl SpanExporter for Sink {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let mut spans = self.spans.lock().expect("no panic");
        for span in batch {
            let own = span.attributes.iter().filter(|pair| pair.key.as_str().starts_with("bench."));
            let same = spans.entry(span.name.clone().into_owned()).or_default();
            same.count += 1;
            same.children += u64::from(span.parent_span_id != SpanId::INVALID);
            same.attributes += own.count() as u64;
            same.events += span.events.len() as u64;
        }
        Ok(())
    }
}

impl PushMetricExporter for Sink {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let mut known = self.metrics.lock().expect("no panic");
        for metric in metrics.scope_metrics().flat_map(|scope| scope.metrics()) {
            let points: Vec<(usize, f64)> = match metric.data() {
                AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
                    .data_points()
                    .map(|point| (point.attributes().count(), point.value() as f64))
                    .collect(),
                AggregatedMetrics::I64(MetricData::Sum(sum)) => sum
                    .data_points()
                    .map(|point| (point.attributes().count(), point.value() as f64))
                    .collect(),
                AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
                    gauge.data_points().map(|point| (point.attributes().count(), point.value())).collect()
                }
                AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                    let points = histogram.data_points();
                    points.map(|point| (point.attributes().count(), point.count() as f64)).collect()
                }
                other => panic!("a metric of another kind: {other:?}"),
            };
            let attributes = points.iter().map(|point| point.0).sum();
            let total = points.iter().map(|point| point.1).sum();
            known.insert(metric.name().to_owned(), (points.len(), attributes, total));
        }
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

/// A meter provider with a periodic exporter.
pub fn meter_provider() -> (SdkMeterProvider, Sink) {
    let sink = Sink::default();
    let reader = PeriodicReader::builder(sink.clone()).with_interval(Duration::from_secs(3600)).build();
    (SdkMeterProvider::builder().with_reader(reader).build(), sink)
}

/// A tracer provider with a batch exporter and default settings.
pub fn tracer_provider(sampler: Sampler) -> (SdkTracerProvider, Sink) {
    let sink = Sink::default();
    let provider =
        SdkTracerProvider::builder().with_sampler(sampler).with_batch_exporter(sink.clone()).build();
    (provider, sink)
}

/// The tracer of the process, as an application keeps it.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

pub fn set_tracer(provider: &SdkTracerProvider) {
    TRACER.set(provider.tracer("bench")).expect("a process has one row");
}

#[inline]
pub fn tracer() -> &'static SdkTracer {
    TRACER.get().expect("the row has set it")
}
