//! The configuration's meaning: every key, its type and its default, once.
//!
//! Nothing here knows OpenTelemetry's types; `bootstrap` and `export` turn these values into running parts.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Everything that can be configured: the sections `telemetry` and `backend` of `app-config.yaml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// `telemetry.*`
    pub telemetry: TelemetryConfig,
    /// `backend.metrics.*` and `backend.tracing.*`
    pub backend: BackendConfig,
}

/// `telemetry.*`
#[derive(Clone, Debug, PartialEq)]
pub struct TelemetryConfig {
    /// `telemetry.enabled`
    pub enabled: bool,
    /// `telemetry.resource`
    pub resource: ResourceConfig,
    /// `telemetry.metrics`
    pub metrics: MetricsConfig,
    /// `telemetry.tracing`
    pub tracing: TracingConfig,
    /// `telemetry.instrumentations`: name to switch.
    pub instrumentations: BTreeMap<String, bool>,
}

/// `telemetry.resource`
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceConfig {
    /// `serviceName`, default `backstage`.
    pub service_name: String,
    /// `serviceVersion`, default unset.
    pub service_version: Option<String>,
    /// `attributes`, and `OTEL_RESOURCE_ATTRIBUTES`.
    pub attributes: BTreeMap<String, String>,
}

/// `telemetry.metrics`
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsConfig {
    /// `enabled`
    pub enabled: bool,
    /// `collection.exportIntervalMillis`
    pub export_interval: Duration,
    /// `collection.exportTimeoutMillis`
    pub export_timeout: Duration,
    /// `cardinalityLimit`: series per instrument.
    pub cardinality_limit: usize,
    /// `exporters`; without the list one Prometheus endpoint on loopback.
    pub exporters: Vec<MetricExporterConfig>,
}

/// One enabled entry of `telemetry.metrics.exporters`.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricExporterConfig {
    /// `type: prometheus`
    Prometheus(PrometheusConfig),
    /// `type: otlp`
    Otlp(OtlpConfig),
    /// `type: console`
    Console,
}

/// `config` of a `prometheus` exporter.
#[derive(Clone, Debug, PartialEq)]
pub struct PrometheusConfig {
    /// `host`, an IP address or name; default `127.0.0.1`.
    pub host: String,
    /// `port`; 0 takes a free one.
    pub port: u16,
    /// `path`, default `/metrics`.
    pub path: String,
}

/// `config` of an `otlp` exporter.
#[derive(Clone, PartialEq)]
pub struct OtlpConfig {
    /// The full URL of the signal: `endpoint` with `/v1/traces` or `/v1/metrics` for http, the authority for gRPC.
    pub endpoint: String,
    /// `protocol`
    pub protocol: OtlpProtocol,
    /// `headers`; secrets, never printed.
    pub headers: Vec<(String, String)>,
    /// `compression`
    pub compression: Compression,
    /// `timeoutMillis`: the limit for one export, retries included.
    pub timeout: Duration,
    /// `tls`
    pub tls: TlsConfig,
}

// Headers carry secrets, and an endpoint may too (`https://user:password@host`): neither is printed.
impl fmt::Debug for OtlpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("OtlpConfig")
            .field("protocol", &self.protocol)
            .field("headers", &names)
            .field("compression", &self.compression)
            .field("timeout", &self.timeout)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// The transports of OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtlpProtocol {
    /// `http/protobuf`
    HttpProtobuf,
    /// `grpc`
    Grpc,
}

/// Compression of OTLP requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// No compression.
    None,
    /// `gzip`
    Gzip,
}

/// `tls` of an `otlp` exporter: paths of PEM files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsConfig {
    /// `caFile`: trusted instead of the public roots.
    pub ca_file: Option<String>,
    /// `certFile`: the client's certificate.
    pub cert_file: Option<String>,
    /// `keyFile`: the client's key.
    pub key_file: Option<String>,
}

/// `telemetry.tracing`
#[derive(Clone, Debug, PartialEq)]
pub struct TracingConfig {
    /// `enabled`
    pub enabled: bool,
    /// `sampler`
    pub sampler: SamplerConfig,
    /// `batch`
    pub batch: BatchConfig,
    /// `limits`
    pub limits: SpanLimits,
    /// `propagators`
    pub propagators: Vec<PropagatorConfig>,
    /// `exporters`; empty: spans are off, context still passes.
    pub exporters: Vec<SpanExporterConfig>,
}

/// One enabled entry of `telemetry.tracing.exporters`.
#[derive(Clone, Debug, PartialEq)]
pub enum SpanExporterConfig {
    /// `type: otlp`
    Otlp(OtlpConfig),
    /// `type: console`
    Console,
}

/// `telemetry.tracing.sampler`
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SamplerConfig {
    /// `always_on`
    AlwaysOn,
    /// `always_off`
    AlwaysOff,
    /// `traceidratio` with its ratio, 0 to 1.
    TraceIdRatio(f64),
    /// `parentbased_always_on`
    ParentBasedAlwaysOn,
    /// `parentbased_always_off`
    ParentBasedAlwaysOff,
    /// `parentbased_traceidratio` with its ratio, 0 to 1.
    ParentBasedTraceIdRatio(f64),
}

/// `telemetry.tracing.batch`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchConfig {
    /// `maxQueueSize` in spans.
    pub max_queue_size: usize,
    /// `maxExportBatchSize` in spans.
    pub max_export_batch_size: usize,
    /// `scheduleDelayMillis`
    pub schedule_delay: Duration,
    /// `exportTimeoutMillis`
    pub export_timeout: Duration,
}

/// `telemetry.tracing.limits` (OpenTelemetry specification, "Span Limits").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanLimits {
    /// `attributeCountLimit`
    pub attributes: usize,
    /// `attributeValueLengthLimit` in characters; `None` is no limit.
    pub attribute_value_length: Option<usize>,
    /// `eventCountLimit`
    pub events: usize,
    /// `linkCountLimit`
    pub links: usize,
    /// `eventAttributeCountLimit`
    pub event_attributes: usize,
    /// `linkAttributeCountLimit`
    pub link_attributes: usize,
}

/// An entry of `telemetry.tracing.propagators`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropagatorConfig {
    /// `tracecontext` (W3C)
    TraceContext,
    /// `baggage` (W3C)
    Baggage,
}

/// `backend.metrics` and `backend.tracing`
#[derive(Clone, Debug, PartialEq)]
pub struct BackendConfig {
    /// `backend.metrics.serviceName`: the root of metric names, default `backstage`.
    pub service_name: String,
    /// `backend.metrics.serviceVersion`
    pub service_version: Option<String>,
    /// `backend.metrics.plugin.<id>.meter`
    pub meters: BTreeMap<String, ScopeOverride>,
    /// `backend.tracing.capture.endUser`
    pub capture_end_user: bool,
    /// `backend.tracing.plugin.<id>.tracer`
    pub tracers: BTreeMap<String, ScopeOverride>,
}

/// A plugin's instrumentation scope as configured; what is unset keeps its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeOverride {
    /// `name`
    pub name: Option<String>,
    /// `version`
    pub version: Option<String>,
    /// `schemaUrl`
    pub schema_url: Option<String>,
}
