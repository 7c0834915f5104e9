//! What the shapes recorded: the spans that reached an exporter, and the metrics of the store.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use opentelemetry::trace::Status;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::Telemetry;
use telemetry_runtime::export::{BoxFuture, ExportError, Receipt, SpanSink};
use telemetry_runtime::metrics::{self, AttributeData, MetricData, Naming, Number, NumberPoint};

use crate::calls::Calls;

/// How long a flush may take. It is generous: machines of CI are slow, and a flush ends as soon as it can.
const FLUSH: Duration = Duration::from_secs(60);

/// The calls by variant.
type Variants = HashMap<String, Calls>;

static TELEMETRY: OnceLock<Telemetry> = OnceLock::new();

/// The spans so far, by shape.
static SPANS: Mutex<Option<HashMap<String, Variants>>> = Mutex::new(None);

/// What the calls of one shape left behind.
#[derive(Default)]
pub(crate) struct Recorded {
    pub(crate) spans: Variants,
    pub(crate) metrics: Variants,
}

/// Starts telemetry, unless another test did.
pub(crate) fn start() {
    TELEMETRY.get_or_init(|| {
        Telemetry::builder()
            .without_config_files()
            .prometheus_port(0)
            .span_sink(Spans)
            .bootstrap()
            .expect("the defaults are a valid configuration")
    });
}

/// Everything that the shape recorded so far.
pub(crate) fn calls_of(shape: &str) -> Recorded {
    let mut recorded = Recorded::default();
    if let Some(telemetry) = TELEMETRY.get() {
        telemetry.flush(FLUSH).expect("a flush within its limit");
        let mut spans = SPANS.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.spans = spans.get_or_insert_default().remove(shape).unwrap_or_default();
    }
    for metric in metrics::read(&Naming::default()).into_iter().flat_map(|scope| scope.metrics) {
        let Some((variant, MetricData::Sum { points, .. })) =
            variant_of(&metric.name, shape).zip(Some(metric.data))
        else {
            continue;
        };
        let calls = recorded.metrics.entry(variant).or_default();
        for point in points {
            let Number::U64(count) = point.value else { panic!("a counter counts whole numbers") };
            calls.add(&outcome_of_point(&point), count);
        }
    }
    recorded
}

/// `traced_metric` for the metric `backstage.plugin.shapes.body_panics.traced_metric_0` of the shape `body_panics`.
fn variant_of(metric: &str, shape: &str) -> Option<String> {
    let (prefix, name) = metric.rsplit_once('.')?;
    let (_, of_shape) = prefix.rsplit_once('.')?;
    let (variant, _) = name.rsplit_once('_')?;
    (of_shape == shape).then(|| variant.to_owned())
}

fn outcome_of_point(point: &NumberPoint) -> String {
    let outcome = point.attributes.iter().find(|(key, _)| key == "outcome");
    match outcome {
        Some((_, AttributeData::String(outcome))) => outcome.to_string(),
        other => panic!("a point of a function has an outcome: {other:?}"),
    }
}

/// Counts the spans of the shapes.
struct Spans;

impl SpanSink for Spans {
    fn name(&self) -> &'static str {
        "shapes"
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        let mut shapes = SPANS.lock().unwrap_or_else(PoisonError::into_inner);
        let shapes = shapes.get_or_insert_default();
        for span in &batch {
            let Some(function) = text(span, "code.function.name") else { continue };
            // The program, the shape, the variant, and what is inside.
            let mut path = function.split("::").skip(1);
            let (Some(shape), Some(variant)) = (path.next(), path.next()) else { continue };
            let variants = shapes.entry(shape.to_owned()).or_default();
            variants.entry(variant.to_owned()).or_default().add(outcome_of_span(span), 1);
        }
        Box::pin(async { Ok(Receipt::default()) })
    }
}

fn outcome_of_span(span: &SpanData) -> &'static str {
    let is = |key, value: &str| text(span, key).is_some_and(|text| text == value);
    match span.status {
        Status::Error { .. } if is("error.type", "panic") => "panic",
        Status::Error { .. } => "error",
        _ if is("outcome", "cancelled") => "cancelled",
        _ => "ok",
    }
}

fn text(span: &SpanData, key: &str) -> Option<String> {
    span.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| pair.value.to_string())
}
