//! Spans of `tracing` in the same traces as ours.

use opentelemetry::Context;
use opentelemetry::global::{self, BoxedSpan, BoxedTracer};
use opentelemetry::trace::noop::NoopTracer;
use opentelemetry::trace::{SpanBuilder, Tracer};
use telemetry_runtime::is_instrumentation_on;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// A layer that exports the spans of `tracing`. They are parts of the same traces as ours in both directions: one that is
/// entered is the parent of our spans inside, and ours are the parents of those that are made inside them.
///
/// It is the layer of [`tracing_opentelemetry`], with a tracer that follows the telemetry that runs: the subscriber can be
/// set before telemetry starts, and stays right when it is started again. Its own settings are at hand as methods.
/// `telemetry.instrumentations.tracing: false` switches it off.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let subscriber = tracing_subscriber::registry()
///     .with(telemetry_instrumentation::tracing::spans().with_threads(false));
/// tracing::subscriber::with_default(subscriber, || {
///     let _span = tracing::info_span!("work").entered();
/// });
/// ```
pub fn spans<S>() -> OpenTelemetryLayer<S, RunningTracer>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_opentelemetry::layer().with_tracer(RunningTracer)
}

/// The tracer of the telemetry that runs when a span starts. Without any, spans pass their parent on.
#[derive(Clone, Copy, Debug)]
pub struct RunningTracer;

impl Tracer for RunningTracer {
    type Span = BoxedSpan;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> BoxedSpan {
        if is_instrumentation_on("tracing") {
            global::tracer("tracing").build_with_context(builder, parent)
        } else {
            BoxedTracer::new(Box::new(NoopTracer::new())).build_with_context(builder, parent)
        }
    }
}
