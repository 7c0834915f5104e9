//! Metrics and spans on standard output, for a person to read.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::{SpanId, Status};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use super::sink::{BoxFuture, ExportError, MetricSink, Receipt, SpanSink};
use crate::metrics::{AttributeData, MetricData, Number, Snapshot};

pub(super) fn metric_sink() -> Box<dyn MetricSink> {
    Box::new(Console)
}

pub(super) fn span_sink() -> Box<dyn SpanSink> {
    Box::new(Console)
}

struct Console;

impl SpanSink for Console {
    fn name(&self) -> &'static str {
        "console"
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        Box::pin(async move { print(&spans(&batch)) })
    }
}

impl MetricSink for Console {
    fn name(&self) -> &'static str {
        "console"
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        Box::pin(async move { print(&metrics(snapshot)) })
    }
}

/// Writes all at once, so that lines of the host program do not end up in between. `print!` would panic where
/// standard output is closed.
fn print(text: &str) -> Result<Receipt, ExportError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Receipt::default()),
        Err(error) => Err(ExportError::new(error.to_string())),
    }
}

/// Input: `catalog.refresh`, 2 ms, an error. Output:
/// `span catalog.refresh 2ms error "no such file" trace=… span=… parent=… [backstage-plugin-catalog]`, and one
/// indented line for each attribute and event.
fn spans(batch: &[SpanData]) -> String {
    let mut out = String::new();
    for span in batch {
        let duration = span.end_time.duration_since(span.start_time).unwrap_or_default();
        let _ = write!(out, "span {} {duration:?}", span.name);
        match &span.status {
            Status::Unset => {}
            Status::Ok => out.push_str(" ok"),
            Status::Error { description } => {
                let _ = write!(out, " error {description:?}");
            }
        }
        let context = &span.span_context;
        let _ = write!(out, " trace={} span={}", context.trace_id(), context.span_id());
        if span.parent_span_id != SpanId::INVALID {
            let _ = write!(out, " parent={}", span.parent_span_id);
        }
        let _ = writeln!(out, " [{}]", span.instrumentation_scope.name());
        for attribute in &span.attributes {
            let _ = writeln!(out, "  {}={}", attribute.key, attribute.value);
        }
        for event in &span.events.events {
            let _ = write!(out, "  event {}", event.name);
            for attribute in &event.attributes {
                let _ = write!(out, " {}={:?}", attribute.key, attribute.value.as_str());
            }
            out.push('\n');
        }
    }
    out
}

/// Input: a counter with one series. Output: `metrics at 1700000000.0`, `[backstage]`,
/// `  entities.processed {entity}` and `    kind=api 3`.
fn metrics(snapshot: &Snapshot) -> String {
    let mut out = String::new();
    let seconds = snapshot.time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let _ = writeln!(out, "metrics at {:.3}", seconds.as_secs_f64());
    for scope in &snapshot.scopes {
        let _ = write!(out, "[{}", scope.scope.name);
        for (key, value) in &scope.scope.attributes {
            let _ = write!(out, " {key}={value}");
        }
        out.push_str("]\n");
        for metric in &scope.metrics {
            let _ = writeln!(out, "  {} {}", metric.name, metric.unit);
            match &metric.data {
                MetricData::Sum { points, .. } | MetricData::Gauge { points } => {
                    for point in points {
                        out.push_str("   ");
                        labels(&mut out, &point.attributes);
                        let _ = match point.value {
                            Number::U64(value) => writeln!(out, " {value}"),
                            Number::I64(value) => writeln!(out, " {value}"),
                            Number::F64(value) => writeln!(out, " {value}"),
                        };
                    }
                }
                MetricData::Histogram { bounds, points } => {
                    for point in points {
                        out.push_str("   ");
                        labels(&mut out, &point.attributes);
                        let _ = write!(out, " count={} sum={}", point.count, point.sum);
                        for (bound, count) in bounds.iter().zip(&point.bucket_counts) {
                            // Empty buckets would hide the others.
                            if *count > 0 {
                                let _ = write!(out, " <={bound}:{count}");
                            }
                        }
                        match point.bucket_counts.last() {
                            Some(count) if *count > 0 => {
                                let _ = writeln!(out, " more:{count}");
                            }
                            _ => out.push('\n'),
                        }
                    }
                }
            }
        }
    }
    out
}

fn labels(out: &mut String, attributes: &[(std::borrow::Cow<'static, str>, AttributeData)]) {
    for (key, value) in attributes {
        let _ = write!(out, " {key}=");
        write_value(out, value);
    }
}

fn write_value(out: &mut String, value: &AttributeData) {
    let _ = match value {
        AttributeData::String(value) => write!(out, "{value}"),
        AttributeData::Bool(value) => write!(out, "{value}"),
        AttributeData::I64(value) => write!(out, "{value}"),
        AttributeData::F64(value) => write!(out, "{value}"),
        AttributeData::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write_value(out, value);
            }
            out.push(']');
            Ok(())
        }
    };
}
