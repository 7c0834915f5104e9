//! What came, in the protocol's own types, and the few questions that tests ask of it.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

/// One accepted export.
#[derive(Clone, Debug)]
pub struct Export {
    /// How it came.
    pub protocol: Protocol,
    /// Whether the body was compressed with gzip.
    pub gzip: bool,
    /// The request's headers or metadata, names in lower case.
    pub headers: Vec<(String, String)>,
    /// What it says.
    pub request: Request,
}

/// The transport of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// http/protobuf
    Http,
    /// http/json
    HttpJson,
    /// gRPC
    Grpc,
}

/// The decoded body.
#[derive(Clone, Debug)]
pub enum Request {
    /// `/v1/traces` or `TraceService/Export`
    Traces(ExportTraceServiceRequest),
    /// `/v1/metrics` or `MetricsService/Export`
    Metrics(ExportMetricsServiceRequest),
}

/// A span with what it was sent under.
#[derive(Clone, Debug)]
pub struct SinkSpan {
    /// The resource; empty where the export has none.
    pub resource: Resource,
    /// The instrumentation scope; empty where the export has none.
    pub scope: InstrumentationScope,
    /// The span.
    pub span: Span,
}

/// A metric with what it was sent under.
#[derive(Clone, Debug)]
pub struct SinkMetric {
    /// The resource; empty where the export has none.
    pub resource: Resource,
    /// The instrumentation scope; empty where the export has none.
    pub scope: InstrumentationScope,
    /// The metric with its points.
    pub metric: Metric,
}

impl Export {
    /// The first value of the header `name` (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The spans; none in an export of metrics.
    #[must_use]
    pub fn spans(&self) -> Vec<SinkSpan> {
        let Request::Traces(request) = &self.request else { return Vec::new() };
        let mut spans = Vec::new();
        for of_resource in &request.resource_spans {
            for of_scope in &of_resource.scope_spans {
                spans.extend(of_scope.spans.iter().map(|span| SinkSpan {
                    resource: of_resource.resource.clone().unwrap_or_default(),
                    scope: of_scope.scope.clone().unwrap_or_default(),
                    span: span.clone(),
                }));
            }
        }
        spans
    }

    /// How many spans it has.
    #[must_use]
    pub fn span_count(&self) -> usize {
        let Request::Traces(request) = &self.request else { return 0 };
        let scopes = request.resource_spans.iter().flat_map(|of_resource| &of_resource.scope_spans);
        scopes.map(|of_scope| of_scope.spans.len()).sum()
    }

    /// The metrics; none in an export of spans.
    #[must_use]
    pub fn metrics(&self) -> Vec<SinkMetric> {
        let Request::Metrics(request) = &self.request else { return Vec::new() };
        let mut metrics = Vec::new();
        for of_resource in &request.resource_metrics {
            for of_scope in &of_resource.scope_metrics {
                metrics.extend(of_scope.metrics.iter().map(|metric| SinkMetric {
                    resource: of_resource.resource.clone().unwrap_or_default(),
                    scope: of_scope.scope.clone().unwrap_or_default(),
                    metric: metric.clone(),
                }));
            }
        }
        metrics
    }
}

impl SinkSpan {
    /// An attribute's value as text.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<String> {
        attribute(&self.span.attributes, key).map(text)
    }

    /// An attribute of the resource as text.
    #[must_use]
    pub fn resource_attribute(&self, key: &str) -> Option<String> {
        attribute(&self.resource.attributes, key).map(text)
    }

    /// Trace id and span id, which together are unique.
    #[must_use]
    pub fn id(&self) -> (&[u8], &[u8]) {
        (&self.span.trace_id, &self.span.span_id)
    }
}

impl SinkMetric {
    /// Whether both are exports of one metric.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.metric.name == other.metric.name && self.scope == other.scope && self.resource == other.resource
    }
}

/// The value of `key`.
#[must_use]
pub fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()?.value.as_ref()
}

/// A value as text; lists and bytes in their debug form.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::StringValue(text) => text.clone(),
        Value::BoolValue(switch) => switch.to_string(),
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// A number value.
#[must_use]
pub fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "tests compare small whole numbers")]
        Value::IntValue(number) => Some(*number as f64),
        Value::DoubleValue(number) => Some(*number),
        _ => None,
    }
}
