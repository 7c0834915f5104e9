//! An organisation with a telemetry system of its own, behind plugins that do not know of it: `cargo run --bin own_backend`.
//!
//! There are four seams. What plugins make by hand goes to two traits, [`MetricsBackend`] and [`TracingBackend`]; what the
//! attributes record is handed over when it is finished, by a span exporter and a [`MetricSink`]. Here all four print a line.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use telemetry_runtime::export::{BoxFuture, ExportError, MetricSink, Receipt};
use telemetry_runtime::metrics::{AttributeRef, MetricData, Number, Snapshot};
use telemetry_runtime::services::{
    InstrumentSpec, Measure, MetricsBackend, ObserverCallback, SpanOptions, SpanStart, TracingBackend,
};
use telemetry_runtime::{Telemetry, backstage_plugin, metric, traced};

/// A plugin, as any other.
#[backstage_plugin(id = "orders")]
mod orders {
    use super::*;

    #[traced]
    #[metric(counter("orders.placed", unit = "{order}"))]
    pub(super) fn place(amount: u64) -> Result<(), Box<dyn std::error::Error>> {
        let orders = telemetry_runtime::plugin("orders")?;
        let amounts = orders.metrics().create_histogram::<u64>("orders.amount").unit("{cent}").build()?;
        orders.tracing().start_active_span("charge", SpanOptions::new(), |_| {
            amounts.record_with(amount, [("currency", "EUR".into())]);
            if amount > 100 { Err("the card was declined".into()) } else { Ok(()) }
        })
    }
}

/// Where all lines go.
#[derive(Clone, Debug, Default)]
struct Lines;

impl Lines {
    fn write(line: &str) {
        println!("{line}");
    }
}

/// Metrics by hand: each measurement is a line at once.
#[derive(Default)]
struct MetricLines {
    observed: Arc<Mutex<Vec<(u64, String, ObserverCallback)>>>,
}

struct MetricLine {
    name: String,
}

impl MetricsBackend for MetricLines {
    fn instrument(&self, instrument: &InstrumentSpec) -> Box<dyn Measure> {
        Box::new(MetricLine { name: instrument.name().to_owned() })
    }

    fn observe(&self, instrument: &InstrumentSpec, callback: ObserverCallback) -> Box<dyn Any + Send + Sync> {
        let mut observed = self.observed.lock().unwrap_or_else(PoisonError::into_inner);
        let id = observed.last().map_or(0, |(id, ..)| id + 1);
        observed.push((id, instrument.name().to_owned(), callback));
        Box::new(Registration { id, observed: Arc::clone(&self.observed) })
    }
}

impl Measure for MetricLine {
    fn record(&self, value: Number, attributes: &[(&str, AttributeRef<'_>)]) {
        let keys: Vec<&str> = attributes.iter().map(|(key, _)| *key).collect();
        Lines::write(&format!("measured {} {value} by {}", self.name, keys.join(",")));
    }
}

/// Removes a callback when it is dropped.
struct Registration {
    id: u64,
    observed: Arc<Mutex<Vec<(u64, String, ObserverCallback)>>>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner).retain(|(id, ..)| *id != self.id);
    }
}

/// Spans by hand: they are made by a tracer of the organisation's own.
struct OwnTracer(SdkTracer);

impl TracingBackend for OwnTracer {
    fn start(&self, span: SpanStart, parent: &Context) -> Context {
        let builder = self.0.span_builder(span.name).with_kind(span.kind.into());
        let builder = builder.with_attributes(span.attributes).with_links(span.links);
        parent.with_span(self.0.build_with_context(builder, parent))
    }
}

/// Finished spans: those of the organisation's tracer and those of the attributes.
#[derive(Clone, Debug)]
struct SpanLines(&'static str);

impl SpanExporter for SpanLines {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        for span in batch {
            let parent =
                if span.parent_span_id == opentelemetry::trace::SpanId::INVALID { "root" } else { "child" };
            Lines::write(&format!("{} {} {parent} {:?}", self.0, span.name, span.status));
        }
        Ok(())
    }
}

/// The metrics of the attributes, at each interval and at the end.
impl MetricSink for Lines {
    fn name(&self) -> &'static str {
        "lines"
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        for metric in snapshot.scopes.iter().flat_map(|scope| &scope.metrics) {
            if let MetricData::Sum { points, .. } = &metric.data
                && metric.name.starts_with("backstage.plugin.orders.")
            {
                for point in points {
                    Self::write(&format!("collected {} {}", metric.name, point.value));
                }
            }
        }
        Box::pin(async { Ok(Receipt::default()) })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = SdkTracerProvider::builder().with_simple_exporter(SpanLines("own span")).build();
    let metrics = MetricLines::default();
    let observed = Arc::clone(&metrics.observed);
    let telemetry = Telemetry::builder()
        .without_config_files()
        .prometheus_port(0)
        .metrics_backend(metrics)
        .tracing_backend(OwnTracer(own.tracer("orders")))
        .span_exporter("lines", SpanLines("span"))
        .metric_sink(Lines)
        .bootstrap()?;

    let queue =
        telemetry.plugin("orders")?.metrics().create_observable_gauge::<u64>("queue.length").build()?;
    let token = queue.add_callback(|observer| {
        observer.observe_with(2, telemetry_runtime::metrics::FreeAttributes(&[]));
    });
    orders::place(42)?;
    if let Err(error) = orders::place(420) {
        Lines::write(&format!("refused: {error}"));
    }
    // The organisation reads observables when it likes.
    for (_, name, callback) in observed.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        callback(&mut |value, _| Lines::write(&format!("observed {name} {value}")));
    }
    token.remove();
    telemetry.flush(Duration::from_secs(5))?;
    telemetry.shutdown()?;
    own.shutdown()?;
    Ok(())
}
