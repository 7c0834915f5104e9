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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use opentelemetry::KeyValue;
    use opentelemetry::trace::Event;

    use super::*;
    use crate::export::testing::span;
    use crate::metrics::{HistogramPoint, MeterScope, Metric, NumberPoint, ScopeMetrics};

    #[test]
    fn a_span_is_one_line_and_one_for_each_attribute_and_event() {
        let mut failed = span("catalog.refresh");
        failed.status = Status::error("no such file");
        failed.parent_span_id = SpanId::from(3);
        failed.events.events.push(Event::new(
            "exception",
            SystemTime::UNIX_EPOCH,
            vec![KeyValue::new("exception.message", "no such file"), KeyValue::new("attempt", 2)],
            0,
        ));
        let expected = "\
span catalog.refresh 2ms error \"no such file\" trace=00000000000000000000000000000007 span=0000000000000009 parent=0000000000000003 [scope]
  key=value
  event exception exception.message=\"no such file\" attempt=\"2\"
";
        assert_eq!(spans(&[failed]), expected);
    }

    #[test]
    fn metrics_are_grouped_by_scope_and_show_the_buckets_in_use() {
        let attributes: crate::metrics::Attributes =
            [("kind".into(), AttributeData::String("api".into())), ("ok".into(), AttributeData::Bool(true))]
                .into();
        let metric = |name: &str, unit: &'static str, data| Metric {
            name: name.into(),
            description: "".into(),
            unit: unit.into(),
            kind: None,
            temporality: crate::metrics::Temporality::Cumulative,
            data,
        };
        let start_time = SystemTime::UNIX_EPOCH;
        let number = NumberPoint { attributes: attributes.clone(), start_time, value: Number::U64(3) };
        let histogram = HistogramPoint {
            attributes,
            start_time,
            count: 3,
            sum: 2.5,
            min: None,
            max: None,
            bucket_counts: vec![1, 0, 2],
            exemplars: Vec::new(),
        };
        let scope = MeterScope {
            name: "backstage".into(),
            attributes: vec![("backstage.plugin.id".into(), "catalog".into())],
            ..MeterScope::default()
        };
        let list = vec![
            metric("seen", "{entity}", MetricData::Sum { monotonic: true, points: vec![number] }),
            metric("wait", "s", MetricData::Histogram { bounds: [0.5, 1.0].into(), points: vec![histogram] }),
        ];
        let snapshot = Snapshot {
            time: SystemTime::UNIX_EPOCH + Duration::from_millis(1500),
            scopes: vec![ScopeMetrics { scope, metrics: list }],
        };
        let expected = "\
metrics at 1.500
[backstage backstage.plugin.id=catalog]
  seen {entity}
    kind=api ok=true 3
  wait s
    kind=api ok=true count=3 sum=2.5 <=0.5:1 more:2
";
        assert_eq!(metrics(&snapshot), expected);
    }
}
