//! OpenTelemetry's variables.

use std::ffi::OsString;
use std::time::Duration;

use super::super::*;
use super::Setup;

fn metric_otlp(config: &Config) -> Vec<&OtlpConfig> {
    let exporters = config.telemetry.metrics.exporters.iter();
    exporters
        .filter_map(|exporter| match exporter {
            MetricExporterConfig::Otlp(otlp) => Some(otlp),
            _ => None,
        })
        .collect()
}

fn span_otlp(config: &Config) -> Vec<&OtlpConfig> {
    let exporters = config.telemetry.tracing.exporters.iter();
    exporters
        .filter_map(|exporter| match exporter {
            SpanExporterConfig::Otlp(otlp) => Some(otlp),
            SpanExporterConfig::Console | SpanExporterConfig::Registered(_) => None,
        })
        .collect()
}

#[test]
fn an_endpoint_gets_both_signals_beside_the_scrape_endpoint() {
    let config = Setup::new().variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318").config();
    let [MetricExporterConfig::Prometheus(_), MetricExporterConfig::Otlp(metrics)] =
        config.telemetry.metrics.exporters.as_slice()
    else {
        panic!("{config:?}");
    };
    assert_eq!(metrics.endpoint, "http://collector:4318/v1/metrics");
    assert_eq!(span_otlp(&config)[0].endpoint, "http://collector:4318/v1/traces");
    assert_eq!(metrics.protocol, OtlpProtocol::HttpProtobuf);
}

#[test]
fn a_variable_of_one_signal_is_for_that_signal_only() {
    let config = Setup::new()
        .variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces/custom")
        .variable("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "5")
        .config();
    assert!(metric_otlp(&config).is_empty());
    let traces = span_otlp(&config)[0];
    assert_eq!(traces.endpoint, "https://traces/custom");
    assert_eq!(traces.timeout, Duration::from_millis(5));
}

#[test]
fn json_is_a_protocol_for_all_signals_and_for_one() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
    let protocols = |variable: &str| {
        let loaded = Setup::new().variable(endpoint.0, endpoint.1).variable(variable, "http/json").load();
        assert!(loaded.notices.is_empty(), "{variable}: {:?}", loaded.notices);
        let (metrics, traces) = (metric_otlp(&loaded.config)[0], span_otlp(&loaded.config)[0]);
        assert_eq!(metrics.endpoint, "http://collector:4318/v1/metrics", "{variable}");
        assert_eq!(traces.endpoint, "http://collector:4318/v1/traces", "{variable}");
        (metrics.protocol, traces.protocol)
    };
    let (json, protobuf) = (OtlpProtocol::HttpJson, OtlpProtocol::HttpProtobuf);
    assert_eq!(protocols("OTEL_EXPORTER_OTLP_PROTOCOL"), (json, json));
    assert_eq!(protocols("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"), (json, protobuf));
    assert_eq!(protocols("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"), (protobuf, json));
}

#[test]
fn every_otlp_variable_is_read_and_the_signals_own_wins() {
    let config = Setup::new()
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")
        .variable("OTEL_EXPORTER_OTLP_INSECURE", "false")
        .variable("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .variable("OTEL_EXPORTER_OTLP_HEADERS", "Api-Key=a%20b, x=1")
        .variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "y=2")
        .variable("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .variable("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "none")
        .variable("OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem")
        .variable("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "cert.pem")
        .variable("OTEL_EXPORTER_OTLP_CLIENT_KEY", "key.pem")
        .config();
    let (metrics, traces) = (metric_otlp(&config)[0], span_otlp(&config)[0]);
    assert_eq!(metrics.endpoint, "https://localhost:4317");
    assert_eq!(metrics.protocol, OtlpProtocol::Grpc);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(metrics.headers, [header("api-key", "a b"), header("x", "1")]);
    assert_eq!(traces.headers, [header("y", "2")]);
    assert_eq!((metrics.compression, traces.compression), (Compression::None, Compression::Gzip));
    assert_eq!(traces.tls.ca_file.as_deref(), Some("ca.pem"));
    assert_eq!(traces.tls.cert_file.as_deref(), Some("cert.pem"));
    assert_eq!(traces.tls.key_file.as_deref(), Some("key.pem"));
}

#[test]
fn the_environment_describes_the_first_otlp_exporter_only() {
    let config = Setup::yaml(
        "\
telemetry:
  tracing:
    exporters:
      - { type: otlp, config: { endpoint: 'http://one', compression: gzip } }
      - { type: otlp, config: { endpoint: 'http://two' } }
",
    )
    .variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://env/v1/traces")
    .variable("OTEL_EXPORTER_OTLP_HEADERS", "authorization=secret")
    .config();
    let [one, two] = span_otlp(&config)[..] else {
        panic!("{config:?}");
    };
    assert_eq!(one.endpoint, "https://env/v1/traces");
    assert_eq!(one.compression, Compression::Gzip);
    assert_eq!(one.headers.len(), 1);
    assert_eq!(two.endpoint, "http://two/v1/traces");
    assert!(two.headers.is_empty());
}

#[test]
fn a_list_in_the_files_is_not_added_to() {
    let config = Setup::yaml("telemetry:\n  metrics:\n    exporters: [ { type: prometheus } ]\n")
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
        .config();
    assert!(metric_otlp(&config).is_empty());
    assert_eq!(span_otlp(&config).len(), 1);
}

#[test]
fn exporters_are_chosen_by_name() {
    let config =
        Setup::yaml("telemetry:\n  metrics:\n    exporters: [ { type: prometheus, config: { port: 7 } } ]\n")
            .variable("OTEL_METRICS_EXPORTER", "console, prometheus, console")
            .variable("OTEL_TRACES_EXPORTER", "otlp,console")
            .variable("OTEL_EXPORTER_PROMETHEUS_HOST", "localhost")
            .config();
    let expected = PrometheusConfig { host: "localhost".to_owned(), port: 7, ..PrometheusConfig::default() };
    assert_eq!(
        config.telemetry.metrics.exporters,
        [MetricExporterConfig::Console, MetricExporterConfig::Prometheus(expected)]
    );
    assert_eq!(span_otlp(&config)[0].endpoint, "http://localhost:4318/v1/traces");
    assert_eq!(config.telemetry.tracing.exporters[1], SpanExporterConfig::Console);
    let config = Setup::new()
        .variable("OTEL_METRICS_EXPORTER", "none")
        .variable("OTEL_TRACES_EXPORTER", "none")
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
        .config();
    assert!(config.telemetry.metrics.exporters.is_empty());
    assert!(config.telemetry.tracing.exporters.is_empty());
}

#[test]
fn the_service_name_has_its_own_variable_which_wins() {
    let setup =
        Setup::yaml("telemetry:\n  resource: { serviceName: file, attributes: { a: file, b: file } }\n")
            .variable("OTEL_RESOURCE_ATTRIBUTES", "service.name=attribute,service.version=2,a=x%2Cy");
    let resource = setup.config().telemetry.resource;
    assert_eq!(resource.service_name, "attribute");
    assert_eq!(resource.service_version.as_deref(), Some("2"));
    assert_eq!((resource.attributes["a"].as_str(), resource.attributes["b"].as_str()), ("x,y", "file"));
    let resource = setup.variable("OTEL_SERVICE_NAME", "own").config().telemetry.resource;
    assert_eq!(resource.service_name, "own");
}

#[test]
fn telemetry_is_switched_off_by_either_variable() {
    let enabled = |variables: &[(&str, &str)]| {
        let setup = variables.iter().fold(Setup::new(), |setup, (name, value)| setup.variable(name, value));
        setup.config().telemetry.enabled
    };
    assert!(enabled(&[("OTEL_SDK_DISABLED", "false")]));
    assert!(!enabled(&[("OTEL_SDK_DISABLED", "TRUE")]));
    assert!(!enabled(&[("TELEMETRY_ENABLED", "off")]));
    assert!(!enabled(&[("OTEL_SDK_DISABLED", "true"), ("TELEMETRY_ENABLED", "true")]));
    let off = Setup::yaml("telemetry: { enabled: false }\n");
    assert!(off.variable("TELEMETRY_ENABLED", "true").config().telemetry.enabled);
}

#[test]
fn samplers_batches_limits_and_propagators_are_read() {
    let config = Setup::new()
        .variable("OTEL_TRACES_SAMPLER", "traceidratio")
        .variable("OTEL_TRACES_SAMPLER_ARG", "0.5")
        .variable("OTEL_BSP_SCHEDULE_DELAY", "7")
        .variable("OTEL_BSP_EXPORT_TIMEOUT", "0")
        .variable("OTEL_BSP_MAX_QUEUE_SIZE", "9")
        .variable("OTEL_METRIC_EXPORT_INTERVAL", "1000")
        .variable("OTEL_ATTRIBUTE_COUNT_LIMIT", "5")
        .variable("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "6")
        .variable("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "0")
        .variable("OTEL_SPAN_EVENT_COUNT_LIMIT", "1")
        .variable("OTEL_SPAN_LINK_COUNT_LIMIT", "2")
        .variable("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "3")
        .variable("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "4")
        .variable("OTEL_PROPAGATORS", "baggage,baggage")
        .variable("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", "logs/dup")
        .config();
    let tracing = config.telemetry.tracing;
    assert_eq!(tracing.sampler, SamplerConfig::TraceIdRatio(0.5));
    assert_eq!(
        tracing.batch,
        BatchConfig {
            max_queue_size: 9,
            max_export_batch_size: 9,
            schedule_delay: Duration::from_millis(7),
            export_timeout: NO_LIMIT,
        }
    );
    assert_eq!(
        tracing.limits,
        SpanLimits {
            attributes: 5,
            attribute_value_length: Some(0),
            events: 1,
            links: 2,
            event_attributes: 3,
            link_attributes: 4,
        }
    );
    assert_eq!(tracing.propagators, [PropagatorConfig::Baggage]);
    assert_eq!(tracing.exceptions, ExceptionSignal::Both);
    assert_eq!(config.telemetry.metrics.export_interval, Duration::from_secs(1));
    assert_eq!(config.telemetry.metrics.export_timeout, Duration::from_secs(1));
    let none = Setup::new().variable("OTEL_PROPAGATORS", "none").config();
    assert!(none.telemetry.tracing.propagators.is_empty());
}

/// Each variable and the values that it refuses.
const VARIABLES: &[(&str, &[&str])] = &[
    ("OTEL_SDK_DISABLED", &["-1", "0", "99999999999999999999", "text"]),
    ("TELEMETRY_ENABLED", &["-1", "99999999999999999999", "text"]),
    // Any text is a list of patterns.
    ("TELEMETRY_METRICS", &[]),
    ("OTEL_RESOURCE_ATTRIBUTES", &["-1", "0", "text", "a=%ff"]),
    ("OTEL_TRACES_SAMPLER", &["-1", "0", "text", "jaeger_remote", "xray"]),
    ("OTEL_TRACES_SAMPLER_ARG", &["-1", "text"]),
    ("OTEL_BSP_SCHEDULE_DELAY", &["-1", "0", "99999999999999999999", "text"]),
    ("OTEL_BSP_EXPORT_TIMEOUT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_BSP_MAX_QUEUE_SIZE", &["-1", "0", "99999999999999999999", "text"]),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", &["-1", "0", "99999999999999999999", "text"]),
    ("OTEL_METRIC_EXPORT_INTERVAL", &["-1", "0", "99999999999999999999", "text"]),
    ("OTEL_METRIC_EXPORT_TIMEOUT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_ATTRIBUTE_COUNT_LIMIT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_SPAN_EVENT_COUNT_LIMIT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_SPAN_LINK_COUNT_LIMIT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_PROPAGATORS", &["-1", "0", "text", "b3"]),
    ("OTEL_TRACES_EXPORTER", &["-1", "0", "text", "prometheus"]),
    ("OTEL_METRICS_EXPORTER", &["-1", "0", "text"]),
    ("OTEL_EXPORTER_PROMETHEUS_PORT", &["-1", "65536", "text"]),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", &["http://", "ftp://host", "http://host:0", "http://u:p@host"]),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &["http://", "http://host:99999999999999999999"]),
    ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", &["http://", "http://a b"]),
    ("OTEL_EXPORTER_OTLP_HEADERS", &["-1", "text", "a b=c", "a=%0A"]),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", &["-1", "99999999999999999999", "text"]),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", &["-1", "0", "text", "http/xml", "HTTP/JSON"]),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", &["-1", "0", "text", "zstd"]),
    ("OTEL_EXPORTER_OTLP_INSECURE", &["-1", "text"]),
    ("OTEL_EXPORTER_OTLP_CLIENT_KEY", &["key.pem"]),
    ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", &["cert.pem"]),
    ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", &["-1", "0", "text"]),
    (
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
        &["-1", "text", "base2_exponential_bucket_histogram"],
    ),
    ("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", &["-1", "0", "text"]),
];

#[test]
fn a_wrong_variable_is_one_notice_and_the_default_holds() {
    for (name, wrong) in VARIABLES {
        for value in *wrong {
            let loaded = Setup::new().variable(name, value).load();
            assert_eq!(loaded.config, Config::default(), "{name}={value}");
            let [notice] = loaded.notices.as_slice() else {
                panic!("{name}={value}: {:?}", loaded.notices);
            };
            assert!(notice.to_string().starts_with(&format!("{name}: ")), "{notice}");
        }
    }
}

#[test]
fn an_empty_variable_counts_as_unset() {
    for (name, _) in VARIABLES {
        for value in ["", "  "] {
            assert_eq!(Setup::new().variable(name, value).config(), Config::default(), "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_one_notice() {
    use std::os::unix::ffi::OsStringExt;
    for (name, _) in VARIABLES {
        let value = OsString::from_vec(vec![b'1', 0xff]);
        let sources = Sources {
            directory: Setup::new().folder.path().to_owned(),
            environment: [(OsString::from(name), value)].into_iter().collect(),
            files: Some(Vec::new()),
            ..Sources::default()
        };
        let loaded = load(&sources).unwrap();
        assert_eq!(loaded.config, Config::default(), "{name}");
        let notices: Vec<String> = loaded.notices.iter().map(ToString::to_string).collect();
        assert_eq!(notices, [format!("{name}: not UTF-8 text; the value is ignored")]);
    }
}

#[test]
fn a_sampler_with_a_wrong_ratio_samples_everything() {
    for wrong in ["-1", "1.5", "NaN", "text"] {
        let loaded = Setup::new()
            .variable("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
            .variable("OTEL_TRACES_SAMPLER_ARG", wrong)
            .load();
        assert_eq!(loaded.config.telemetry.tracing.sampler, SamplerConfig::ParentBasedTraceIdRatio(1.0));
        assert_eq!(loaded.notices.len(), 1, "{wrong}");
    }
}

#[test]
fn notices_about_credentials_do_not_repeat_them() {
    let setup = Setup::new()
        .variable("OTEL_EXPORTER_OTLP_HEADERS", "canary,a=%canary,x=1")
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://canary@host")
        .variable("OTEL_RESOURCE_ATTRIBUTES", "canary");
    let notices = setup.notices();
    assert_eq!(notices.len(), 4, "{notices:?}");
    assert!(!notices.iter().any(|notice| notice.contains("canary")), "{notices:?}");
    assert!(!format!("{:?}", setup.sources().environment).contains("canary"));
}

#[test]
fn what_other_machines_can_reach_or_read_is_noticed() {
    let setup = Setup::new()
        .variable("OTEL_EXPORTER_PROMETHEUS_HOST", "0.0.0.0")
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
        .variable("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "authorization=canary");
    assert_eq!(
        setup.notices(),
        [
            "the metrics endpoint listens on 0.0.0.0, where other machines can reach it; `tls` and `bearerToken` restrict that",
            "the headers for OTLP metrics go to another machine without encryption; use an `https` endpoint",
        ]
    );
    let private =
        [("localhost:1", "::1"), ("https://collector", "localhost"), ("http://127.0.0.2:1", "127.0.0.9")];
    for (endpoint, host) in private {
        let setup = Setup::new()
            .variable("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
            .variable("OTEL_EXPORTER_OTLP_HEADERS", "authorization=canary")
            .variable("OTEL_EXPORTER_PROMETHEUS_HOST", host);
        assert_eq!(setup.notices(), Vec::<String>::new());
    }
}
