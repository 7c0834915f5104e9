//! Trace and span ids on the lines that `tracing-subscriber` writes.

use std::fmt;

use opentelemetry::trace::SpanContext;
use telemetry_runtime::is_instrumentation_on;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// A format whose lines begin with the ids of the span that is current, ours or third-party.
///
/// ```
/// use telemetry_instrumentation::tracing::with_trace_ids;
/// use tracing_subscriber::fmt::format;
///
/// let subscriber = tracing_subscriber::fmt().event_format(with_trace_ids(format())).finish();
/// tracing::subscriber::with_default(subscriber, || tracing::info!("ready"));
/// ```
///
/// A line inside a span reads `trace_id=0af7651916cd43dd8448eb211c80319c span_id=b7ad6b7169203331 trace_flags=01 ...`; one
/// outside any span is as it was. `telemetry.instrumentations.tracing: false` switches it off.
pub fn with_trace_ids<F>(format: F) -> WithTraceIds<F> {
    WithTraceIds { format, json: false }
}

/// The same for a format that writes a JSON object per line: the ids become its first members.
///
/// With the feature `json` of `tracing-subscriber` it is used as `event_format(with_trace_ids_json(format().json()))`, beside
/// `.fmt_fields(JsonFields::new())`.
pub fn with_trace_ids_json<F>(format: F) -> WithTraceIds<F> {
    WithTraceIds { format, json: true }
}

/// A format with trace ids; from [`with_trace_ids`] and [`with_trace_ids_json`].
#[derive(Clone, Debug)]
pub struct WithTraceIds<F> {
    format: F,
    json: bool,
}

impl<S, N, F> FormatEvent<S, N> for WithTraceIds<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(span) = current_span() else {
            return self.format.format_event(context, writer, event);
        };
        let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags());
        if !self.json {
            write!(writer, "trace_id={trace} span_id={id} trace_flags={flags:02x} ")?;
            return self.format.format_event(context, writer, event);
        }
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(members) => {
                write!(writer, r#"{{"trace_id":"{trace}","span_id":"{id}","trace_flags":"{flags:02x}","#)?;
                writer.write_str(members)
            }
            // No object, so there is no place for members.
            None => writer.write_str(&line),
        }
    }
}

/// The span that is current, if there is one, and if lines are to tell of it.
fn current_span() -> Option<SpanContext> {
    if !is_instrumentation_on("tracing") {
        return None;
    }
    let span = telemetry_runtime::span().span_context();
    span.is_valid().then_some(span)
}
