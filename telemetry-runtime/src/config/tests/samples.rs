//! The samples of the documents that this project follows, and no configuration at all.

use std::time::Duration;

use super::super::*;
use super::Setup;

/// Each sample.
pub(super) const ALL: &[&str] = &[TELEMETRY_SERVICE, METRICS_SERVICE, TRACING_SERVICE, EVERY_KEY];

/// The proposal of the telemetry service.
const TELEMETRY_SERVICE: &str = "\
# this is not a complete example, but it shows the general idea
telemetry:
  enabled: true

  resource:
    serviceName: backstage-telemetry
    serviceVersion: 0.0.1

  metrics:
    enabled: true
    collection:
      exportIntervalMillis: 15000

    exporters:
      - type: prometheus
        enabled: true
        config:
          port: 9464

  tracing:
    enabled: false

  instrumentations:
    http: false
    knex: false
    express: true
    # ...
";

/// The proposal of the metrics service.
const METRICS_SERVICE: &str = "\
backend:
  metrics:
    serviceName: backstage
    # todo: this is optional
    serviceVersion: 0.0.1
";

/// The documentation of the tracing service.
const TRACING_SERVICE: &str = "\
backend:
  tracing:
    capture:
      endUser: true # defaults to false
    plugin:
      catalog:
        tracer:
          name: 'custom-catalog-tracer'
          version: '2.0.0'
          schemaUrl: 'https://example.com/schema'
";

/// Every key.
const EVERY_KEY: &str = "\
telemetry:
  enabled: yes
  resource: { serviceName: backstage, serviceVersion: '1.20', attributes: { deployment.environment.name: test } }
  metrics:
    enabled: true
    collection: { exportIntervalMillis: 60000, exportTimeoutMillis: 30000 }
    cardinalityLimit: 100
    exemplarFilter: always_on
    exporters:
      - { type: prometheus, enabled: true, config: { host: 127.0.0.1, port: 0, path: /metrics } }
      - type: otlp
        config:
          endpoint:
          protocol: http/protobuf
          headers: { X-Tenant: a }
          compression: gzip
          timeoutMillis: 0
          tls: { caFile: ca.pem, certFile: cert.pem, keyFile: key.pem }
          temporality: cumulative
      - { type: console }
      - { type: console, enabled: false }
  tracing:
    sampler: { type: parentbased_traceidratio, ratio: 0.25 }
    batch: { maxQueueSize: 100, maxExportBatchSize: 10, scheduleDelayMillis: 5, exportTimeoutMillis: 1 }
    limits: { attributeCountLimit: 0, attributeValueLengthLimit: 9 }
    propagators: [tracecontext]
    exporters: [ { type: otlp, config: { protocol: grpc } } ]
  instrumentations: { http: true }
  shutdown: { signals: flush, timeoutMillis: 250 }
backend:
  baseUrl: http://localhost:7007
  metrics: { serviceName: acme.portal, plugin: { catalog: { meter: { name: m } } } }
app: { title: [not, read] }
";

#[test]
fn without_any_source_a_scrape_endpoint_on_loopback_and_no_spans() {
    let config = Setup::new().config();
    assert_eq!(config, Config::default());
    let [MetricExporterConfig::Prometheus(prometheus)] = config.telemetry.metrics.exporters.as_slice() else {
        panic!("{config:?}");
    };
    assert_eq!((prometheus.host.as_str(), prometheus.port), ("127.0.0.1", 9464));
    assert_eq!(prometheus.path, "/metrics");
    assert!(config.telemetry.tracing.exporters.is_empty());
    assert_eq!(config.backend.service_name, "backstage");
}

#[test]
fn the_telemetry_service_sample_loads() {
    let setup = Setup::yaml(TELEMETRY_SERVICE);
    let Loaded { config, .. } = setup.load();
    assert_eq!(
        setup.notices(),
        [
            "app-config.yaml:25:5: telemetry.instrumentations.knex: a Node library, which has no counterpart here; \
             the switch has no effect",
            "app-config.yaml:26:5: telemetry.instrumentations.express: a Node library, which has no counterpart here; \
             the switch has no effect",
        ]
    );
    let TelemetryConfig { enabled, resource, metrics, tracing, instrumentations, .. } = config.telemetry;
    assert!(enabled && metrics.enabled && !tracing.enabled);
    assert_eq!(resource.service_name, "backstage-telemetry");
    assert_eq!(resource.service_version.as_deref(), Some("0.0.1"));
    assert_eq!(metrics.export_interval, Duration::from_secs(15));
    // The default timeout is longer than this interval.
    assert_eq!(metrics.export_timeout, Duration::from_secs(15));
    assert_eq!(metrics.exporters, [MetricExporterConfig::Prometheus(PrometheusConfig::default())]);
    assert_eq!(instrumentations.get("http"), Some(&false));
}

#[test]
fn the_metrics_service_sample_loads() {
    let config = Setup::yaml(METRICS_SERVICE).config();
    assert_eq!(config.backend.service_name, "backstage");
    assert_eq!(config.backend.service_version.as_deref(), Some("0.0.1"));
}

#[test]
fn the_tracing_service_samples_load() {
    let config = Setup::yaml(TRACING_SERVICE).config();
    assert!(config.backend.capture_end_user);
    let tracer = &config.backend.tracers["catalog"];
    assert_eq!(tracer.name.as_deref(), Some("custom-catalog-tracer"));
    assert_eq!(tracer.version.as_deref(), Some("2.0.0"));
    assert_eq!(tracer.schema_url.as_deref(), Some("https://example.com/schema"));
}

#[test]
fn every_key_together_loads() {
    let config = Setup::yaml(EVERY_KEY).config();
    let telemetry = config.telemetry;
    assert_eq!(telemetry.resource.service_version.as_deref(), Some("1.20"));
    assert_eq!(telemetry.resource.attributes["deployment.environment.name"], "test");
    assert_eq!(telemetry.metrics.cardinality_limit, 100);
    assert_eq!(telemetry.metrics.exemplar_filter, ExemplarFilter::AlwaysOn);
    let [
        MetricExporterConfig::Prometheus(prometheus),
        MetricExporterConfig::Otlp(otlp),
        MetricExporterConfig::Console,
    ] = telemetry.metrics.exporters.as_slice()
    else {
        panic!("{:?}", telemetry.metrics.exporters);
    };
    assert_eq!(prometheus.port, 0);
    assert_eq!(otlp.endpoint, "http://localhost:4318/v1/metrics");
    assert_eq!(otlp.headers, [("x-tenant".to_owned(), "a".to_owned())]);
    assert_eq!(otlp.compression, Compression::Gzip);
    assert_eq!(otlp.timeout, NO_LIMIT);
    assert_eq!(otlp.tls.ca_file.as_deref(), Some("ca.pem"));
    let tracing = telemetry.tracing;
    assert_eq!(tracing.sampler, SamplerConfig::ParentBasedTraceIdRatio(0.25));
    assert_eq!(tracing.batch.max_queue_size, 100);
    assert_eq!(tracing.batch.max_export_batch_size, 10);
    assert_eq!((tracing.limits.attributes, tracing.limits.events), (0, 128));
    assert_eq!(tracing.limits.attribute_value_length, Some(9));
    assert_eq!(tracing.propagators, [PropagatorConfig::TraceContext]);
    let [SpanExporterConfig::Otlp(otlp)] = tracing.exporters.as_slice() else {
        panic!("{:?}", tracing.exporters);
    };
    assert_eq!(otlp.endpoint, "http://localhost:4317");
    assert_eq!(config.backend.service_name, "acme.portal");
    assert_eq!(config.backend.meters["catalog"].name.as_deref(), Some("m"));
}

#[test]
fn the_configuration_of_the_example_sends_both_signals_where_the_environment_says() {
    let text = include_str!("../../../../app-config.yaml");
    let config = Setup::yaml(text).variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318").config();
    assert_eq!(config.telemetry.metrics.exporters.len(), 2);
    assert_eq!(config.telemetry.tracing.exporters.len(), 1);
}

/// The guide of `NocoBase` switches telemetry on by a variable; here it is on, and the variable does no harm.
#[test]
fn the_variable_of_the_nocobase_guide_is_taken() {
    let config = Setup::new().variable("TELEMETRY_ENABLED", "true").config();
    assert_eq!(config, Config::default());
    // What shipped asks for `on`.
    assert!(Setup::new().variable("TELEMETRY_ENABLED", "on").config().telemetry.enabled);
    assert!(!Setup::new().variable("TELEMETRY_ENABLED", "off").config().telemetry.enabled);
}
