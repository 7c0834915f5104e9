//! The span of a log record.

use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry::logs::LogRecord;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord};

use super::slot;

/// A log processor that gives records the ids of the span in which they are made.
///
/// `opentelemetry_sdk` reads them out of the current context directly, where spans of ours inside one another show as the
/// outermost one. Add it to a logger provider before the processor that exports; that of
/// [`Telemetry::logger_provider`](crate::Telemetry::logger_provider) has it.
///
/// ```
/// use opentelemetry_sdk::logs::SdkLoggerProvider;
/// use telemetry_runtime::context::LogSpans;
///
/// let provider = SdkLoggerProvider::builder().with_log_processor(LogSpans);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LogSpans;

impl LogProcessor for LogSpans {
    fn emit(&self, record: &mut SdkLogRecord, _: &InstrumentationScope) {
        let Some(current) = super::current() else { return };
        let Some(slot) = slot::behind(&current) else {
            // A span that is in no context has not been seen.
            if record.trace_context().is_none() && current.has_active_span() {
                let span = current.span();
                let span = span.span_context();
                record.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
            }
            return;
        };
        // Ids of others than the current context's were given to the record on purpose.
        let shown = current.span().span_context().span_id();
        if record.trace_context().is_none_or(|context| context.span_id == shown) {
            let trail = slot.trail();
            record.set_trace_context(trail.trace_id, slot.spot().span, Some(trail.flags));
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
