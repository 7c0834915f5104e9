//! The configuration's meaning: every key, its type and its default, once.
//!
//! The defaults are the `Default` implementations below and the constants they name; everything else that states a
//! default repeats them. Nothing here knows OpenTelemetry's types; `bootstrap` and `export` turn these values into
//! running parts.

mod view;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::registered::RegisteredConfig;
use crate::Sensitive;
pub use view::{
    AttributeKeys, ExemplarFilter, InstrumentType, MetricNaming, TemporalityPreference, ViewConfig,
    ViewSelector,
};

/// Stands for "no limit" where a timeout of 0 is configured: about 30 years, which can be added to any clock's time.
pub const NO_LIMIT: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Everything that can be configured: the sections `telemetry` and `backend` of `app-config.yaml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// `telemetry.*`
    pub telemetry: TelemetryConfig,
    /// `backend.metrics.*` and `backend.tracing.*`
    pub backend: BackendConfig,
}

/// `telemetry.*`
#[derive(Clone, Debug, PartialEq)]
pub struct TelemetryConfig {
    /// `telemetry.enabled`, default `true`; also `OTEL_SDK_DISABLED` and `TELEMETRY_ENABLED`.
    pub enabled: bool,
    /// `telemetry.resource`
    pub resource: ResourceConfig,
    /// `telemetry.metrics`
    pub metrics: MetricsConfig,
    /// `telemetry.tracing`
    pub tracing: TracingConfig,
    /// `telemetry.instrumentations`: name to switch.
    pub instrumentations: BTreeMap<String, bool>,
    /// `telemetry.shutdown`
    pub shutdown: ShutdownConfig,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            resource: ResourceConfig::default(),
            metrics: MetricsConfig::default(),
            tracing: TracingConfig::default(),
            instrumentations: BTreeMap::new(),
            shutdown: ShutdownConfig::default(),
        }
    }
}

/// `telemetry.shutdown`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShutdownConfig {
    /// `signals`, default [`SignalAction::Exit`] where `#[telemetry_runtime::main]` owns the process, and
    /// [`SignalAction::Off`] elsewhere.
    pub signals: Option<SignalAction>,
    /// `timeoutMillis`, default 5000: how long the last export may keep the process.
    pub timeout: Duration,
}

impl Default for ShutdownConfig {
    fn default() -> Self {
        Self { signals: None, timeout: Duration::from_secs(5) }
    }
}

/// What telemetry does when the process gets SIGTERM or SIGINT.
///
/// A process that has a handler for a signal no longer ends by it. So a library must not have one, unless it knows who ends
/// the process; that is what this says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalAction {
    /// `exit`: everything is exported, within the bound of a shutdown, and the process ends as if by the signal. A second
    /// signal ends it at once.
    Exit,
    /// `flush`: everything is exported, and the process goes on. For programs that handle the signal themselves.
    Flush,
    /// `off`: nothing. The process ends by the signal at once, or does what its own handlers do.
    Off,
}

/// `telemetry.resource`
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceConfig {
    /// `serviceName`, default `backstage`.
    pub service_name: String,
    /// `serviceVersion`, default unset.
    pub service_version: Option<String>,
    /// `attributes`, and `OTEL_RESOURCE_ATTRIBUTES`; without `service.name` and `service.version`, which stand above.
    pub attributes: BTreeMap<String, String>,
}

impl Default for ResourceConfig {
    fn default() -> Self {
        Self { service_name: "backstage".to_owned(), service_version: None, attributes: BTreeMap::new() }
    }
}

/// `telemetry.metrics`
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsConfig {
    /// `enabled`, default `true`.
    pub enabled: bool,
    /// `collection.exportIntervalMillis`, default 60000: how often metrics are pushed. Scrapes ignore it.
    pub export_interval: Duration,
    /// `collection.exportTimeoutMillis`, default 30000, never longer than the interval.
    pub export_timeout: Duration,
    /// `cardinalityLimit`, default 2000: series per instrument. Further ones go to the overflow series.
    pub cardinality_limit: usize,
    /// `include`, default `*`: patterns with `*` and `?` for the names, without views, of the metrics that are exported; also
    /// `TELEMETRY_METRICS`.
    pub include: Vec<String>,
    /// `naming`, default `prefixed`.
    pub naming: MetricNaming,
    /// `exemplarFilter`, default `trace_based`: which measurements of histograms are kept as exemplars.
    pub exemplar_filter: ExemplarFilter,
    /// `views`, in their order.
    pub views: Vec<ViewConfig>,
    /// `exporters`; without the list one Prometheus endpoint on loopback.
    pub exporters: Vec<MetricExporterConfig>,
}

impl Default for MetricsConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            export_interval: Duration::from_secs(60),
            export_timeout: Duration::from_secs(30),
            cardinality_limit: 2000,
            include: vec!["*".to_owned()],
            naming: MetricNaming::default(),
            exemplar_filter: ExemplarFilter::default(),
            views: Vec::new(),
            exporters: vec![MetricExporterConfig::Prometheus(PrometheusConfig::default())],
        }
    }
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
    /// `type:` the name of an exporter that the program registered.
    Registered(RegisteredConfig),
}

/// `config` of a `prometheus` exporter. Its `Debug` form keeps the token to itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PrometheusConfig {
    /// `host`, an IP address or name; default `127.0.0.1`.
    pub host: String,
    /// `port`, default 9464; 0 takes a free one.
    pub port: u16,
    /// `path`, default `/metrics`.
    pub path: String,
    /// `tls`, default none: plain http.
    pub tls: ServerTlsConfig,
    /// `bearerToken`, what scrapers must show; default none: everybody who reaches the endpoint may scrape.
    pub bearer_token: Option<Sensitive<String>>,
}

/// `tls` of a `prometheus` exporter: both files or neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerTlsConfig {
    /// `certFile`, the path of a PEM file: the endpoint's certificate, then those that lead to its authority.
    pub cert_file: Option<String>,
    /// `keyFile`, the path of a PEM file: the certificate's private key.
    pub key_file: Option<String>,
}

impl Default for PrometheusConfig {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 9464,
            path: "/metrics".to_owned(),
            tls: ServerTlsConfig::default(),
            bearer_token: None,
        }
    }
}

/// `config` of an `otlp` exporter.
#[derive(Clone, PartialEq)]
pub struct OtlpConfig {
    /// The full URL of the signal: `endpoint` with `/v1/traces` or `/v1/metrics` for http, scheme and authority for
    /// gRPC. Default: [`OtlpProtocol::default_endpoint`].
    pub endpoint: String,
    /// `protocol`, default `http/protobuf`.
    pub protocol: OtlpProtocol,
    /// `headers`, names in lower case; secrets, never printed.
    pub headers: Vec<(String, String)>,
    /// `compression`, default none.
    pub compression: Compression,
    /// `timeoutMillis`, default 10000: the limit for one export, retries included. 0 is [`NO_LIMIT`].
    pub timeout: Duration,
    /// `tls`
    pub tls: TlsConfig,
    /// `temporality`, default `cumulative`; of metrics only.
    pub temporality: TemporalityPreference,
}

impl OtlpConfig {
    /// The default `timeoutMillis`.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
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
            .field("temporality", &self.temporality)
            .finish_non_exhaustive()
    }
}

/// The transports of OTLP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OtlpProtocol {
    /// `http/protobuf`
    #[default]
    HttpProtobuf,
    /// `http/json`
    HttpJson,
    /// `grpc`
    Grpc,
}

impl OtlpProtocol {
    /// Where a collector on this machine listens, by OpenTelemetry's specification.
    pub const fn default_endpoint(self) -> &'static str {
        match self {
            Self::HttpProtobuf | Self::HttpJson => "http://localhost:4318",
            Self::Grpc => "http://localhost:4317",
        }
    }

    /// Whether each signal has a path of its own, and messages go as bodies of HTTP requests.
    pub(crate) const fn is_http(self) -> bool {
        matches!(self, Self::HttpProtobuf | Self::HttpJson)
    }
}

/// Compression of OTLP requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// `none`
    #[default]
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
    /// `enabled`, default `true`.
    pub enabled: bool,
    /// `sampler`, default `parentbased_always_on`.
    pub sampler: SamplerConfig,
    /// `batch`
    pub batch: BatchConfig,
    /// `limits`
    pub limits: SpanLimits,
    /// `propagators`, default `tracecontext` and `baggage`.
    pub propagators: Vec<PropagatorConfig>,
    /// `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN`, default span events.
    pub exceptions: ExceptionSignal,
    /// `context`, default `observed`.
    pub context: ContextMode,
    /// `exporters`; empty: spans are off, context still passes.
    pub exporters: Vec<SpanExporterConfig>,
}

impl Default for TracingConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            sampler: SamplerConfig::default(),
            batch: BatchConfig::default(),
            limits: SpanLimits::default(),
            propagators: vec![PropagatorConfig::TraceContext, PropagatorConfig::Baggage],
            exceptions: ExceptionSignal::default(),
            context: ContextMode::default(),
            exporters: Vec::new(),
        }
    }
}

/// Where the exception of a failed span is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExceptionSignal {
    /// As the span's `exception` event.
    #[default]
    SpanEvents,
    /// `logs`: as log records only.
    Logs,
    /// `logs/dup`: as both.
    Both,
}

/// `telemetry.tracing.context`: how `opentelemetry::Context` shows spans of ours to third-party code.
///
/// The guide on contexts (`docs/context.md`) says what each of them guarantees, and what it costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContextMode {
    /// `observed`: spans inside one another share one context, through which third-party code finds the one that is current.
    /// Where that cannot be had in a process, it is as `eager`.
    #[default]
    Observed,
    /// `eager`: each span attaches a context of its own.
    Eager,
    /// `lean`: no context is attached, so that third-party code does not see our spans.
    Lean,
    /// `permanent`: as `observed`, but the outermost spans share one context that stays attached to their thread.
    Permanent,
}

/// One enabled entry of `telemetry.tracing.exporters`.
#[derive(Clone, Debug, PartialEq)]
pub enum SpanExporterConfig {
    /// `type: otlp`
    Otlp(OtlpConfig),
    /// `type: console`
    Console,
    /// `type:` the name of an exporter or processor that the program registered.
    Registered(RegisteredConfig),
}

/// `telemetry.tracing.sampler`
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum SamplerConfig {
    /// `always_on`
    AlwaysOn,
    /// `always_off`
    AlwaysOff,
    /// `traceidratio` with its ratio, 0 to 1.
    TraceIdRatio(f64),
    /// `parentbased_always_on`
    #[default]
    ParentBasedAlwaysOn,
    /// `parentbased_always_off`
    ParentBasedAlwaysOff,
    /// `parentbased_traceidratio` with its ratio, 0 to 1.
    ParentBasedTraceIdRatio(f64),
}

/// `telemetry.tracing.batch`
///
/// Queue and batch are larger than the specification's 2048 and 512, whose queue overflows within one delay at a few
/// hundred spans a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchConfig {
    /// `maxQueueSize` in spans, default 32768; what comes in beyond is dropped and counted.
    pub max_queue_size: usize,
    /// `maxExportBatchSize` in spans, default 2048, never more than the queue holds: with ordinary spans a request
    /// stays below the 4 MiB that gRPC receivers take.
    pub max_export_batch_size: usize,
    /// `scheduleDelayMillis`, default 1000: how long a span waits for a batch to fill.
    pub schedule_delay: Duration,
    /// `exportTimeoutMillis`, default 30000: the limit for the export of one batch. 0 is [`NO_LIMIT`].
    pub export_timeout: Duration,
}

impl Default for BatchConfig {
    fn default() -> Self {
        Self {
            max_queue_size: 32_768,
            max_export_batch_size: 2048,
            schedule_delay: Duration::from_secs(1),
            export_timeout: Duration::from_secs(30),
        }
    }
}

/// `telemetry.tracing.limits` (OpenTelemetry specification, "Span Limits").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanLimits {
    /// `attributeCountLimit`, default 128.
    pub attributes: usize,
    /// `attributeValueLengthLimit` in characters; `None`, the default, is no limit.
    pub attribute_value_length: Option<usize>,
    /// `eventCountLimit`, default 128.
    pub events: usize,
    /// `linkCountLimit`, default 128.
    pub links: usize,
    /// `eventAttributeCountLimit`, default 128.
    pub event_attributes: usize,
    /// `linkAttributeCountLimit`, default 128.
    pub link_attributes: usize,
}

impl Default for SpanLimits {
    fn default() -> Self {
        Self {
            attributes: 128,
            attribute_value_length: None,
            events: 128,
            links: 128,
            event_attributes: 128,
            link_attributes: 128,
        }
    }
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
    /// `backend.metrics.serviceName`: the root of metric names, default `backstage`, at most
    /// [`ROOT_LIMIT`](telemetry_naming::check::ROOT_LIMIT) bytes.
    pub service_name: String,
    /// `backend.metrics.serviceVersion`
    pub service_version: Option<String>,
    /// `backend.metrics.plugin.<id>.meter`
    pub meters: BTreeMap<String, ScopeOverride>,
    /// `backend.metrics.plugin.<id>.naming`; the others have `telemetry.metrics.naming`.
    pub naming: BTreeMap<String, MetricNaming>,
    /// `backend.tracing.capture.endUser`, default `false`.
    pub capture_end_user: bool,
    /// `backend.tracing.plugin.<id>.tracer`
    pub tracers: BTreeMap<String, ScopeOverride>,
}

impl Default for BackendConfig {
    fn default() -> Self {
        Self {
            service_name: "backstage".to_owned(),
            service_version: None,
            meters: BTreeMap::new(),
            naming: BTreeMap::new(),
            capture_end_user: false,
            tracers: BTreeMap::new(),
        }
    }
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
