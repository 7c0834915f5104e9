//! OpenTelemetry's declarative configuration.

use std::time::Duration;

use super::super::*;
use super::Setup;

/// With a file that `OTEL_CONFIG_FILE` names.
fn otel(text: &str) -> Setup {
    Setup::new().file("otel.yaml", text).variable("OTEL_CONFIG_FILE", "otel.yaml")
}

/// A file with these lines below `file_format`.
fn lines(text: &str) -> Setup {
    otel(&format!("file_format: \"1.0\"\n{text}"))
}

fn assert_mistakes(text: &str, expected: &[&str]) {
    assert_eq!(lines(text).errors(), expected, "{text}");
}

pub(super) const EVERYTHING: &str = "\
file_format: \"1.1\"
disabled: false
resource:
  attributes:
    - { name: service.name, value: portal, type: string }
    - { name: replicas, value: 3, type: int }
  attributes_list: service.name=lower,service.version=2,zone=a%20b
attribute_limits: { attribute_value_length_limit: 4096, attribute_count_limit: 64 }
propagator:
  composite:
    - tracecontext:
  composite_list: baggage,tracecontext
tracer_provider:
  processors:
    - batch:
        schedule_delay: 200
        export_timeout: 0
        max_queue_size: 4096
        max_export_batch_size: 128
        exporter:
          otlp_http:
            endpoint: https://collector/custom/traces
            tls: { ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem }
            headers: [ { name: Api-Key, value: canary }, { name: absent, value: } ]
            headers_list: api-key=lower,x=1
            compression: gzip
            timeout: 500
            encoding: protobuf
    - batch: { exporter: { otlp_grpc: { endpoint: 'collector:4317', tls: { insecure: true } } } }
    - batch: { exporter: { console: } }
  limits: { attribute_count_limit: 32, event_count_limit: 1, link_count_limit: 2, event_attribute_count_limit: 3, link_attribute_count_limit: 4 }
  sampler: { parent_based: { root: { trace_id_ratio_based: { ratio: 0.25 } }, local_parent_sampled: { always_on: } } }
meter_provider:
  readers:
    - periodic:
        interval: 1000
        timeout: 100
        exporter: { otlp_http: { temporality_preference: delta, default_histogram_aggregation: explicit_bucket_histogram } }
        cardinality_limits: { default: 77 }
    - pull: { exporter: { prometheus/development: { host: localhost, port: 19464 } } }
  views:
    - selector: { instrument_name: a.b, instrument_type: histogram, unit: s, meter_name: m }
      stream:
        name: c.d
        description: text
        aggregation: { explicit_bucket_histogram: { boundaries: [0.5, 1] } }
        aggregation_cardinality_limit: 7
        attribute_keys: { included: [k*], excluded: [key] }
    - { selector: { instrument_name: x.* }, stream: { aggregation: { drop: } } }
  exemplar_filter: always_off
";

#[test]
fn every_part_that_exists_here_is_taken() {
    let telemetry = otel(EVERYTHING).config().telemetry;
    assert!(telemetry.enabled && telemetry.tracing.enabled && telemetry.metrics.enabled);
    assert_eq!(telemetry.resource.service_name, "portal");
    assert_eq!(telemetry.resource.service_version.as_deref(), Some("2"));
    assert_eq!(telemetry.resource.attributes["replicas"], "3");
    assert_eq!(telemetry.resource.attributes["zone"], "a b");
    let tracing = telemetry.tracing;
    assert_eq!(tracing.propagators, [PropagatorConfig::TraceContext, PropagatorConfig::Baggage]);
    assert_eq!(tracing.sampler, SamplerConfig::ParentBasedTraceIdRatio(0.25));
    assert_eq!(
        tracing.batch,
        BatchConfig {
            max_queue_size: 4096,
            max_export_batch_size: 128,
            schedule_delay: Duration::from_millis(200),
            export_timeout: NO_LIMIT,
        }
    );
    assert_eq!(
        tracing.limits,
        SpanLimits {
            attributes: 32,
            attribute_value_length: Some(4096),
            events: 1,
            links: 2,
            event_attributes: 3,
            link_attributes: 4
        }
    );
    let [SpanExporterConfig::Otlp(http), SpanExporterConfig::Otlp(grpc), SpanExporterConfig::Console] =
        tracing.exporters.as_slice()
    else {
        panic!("{:?}", tracing.exporters);
    };
    assert_eq!(http.endpoint, "https://collector/custom/traces");
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(http.headers, [header("x", "1"), header("api-key", "canary")]);
    assert_eq!((http.protocol, http.compression), (OtlpProtocol::HttpProtobuf, Compression::Gzip));
    assert_eq!(http.timeout, Duration::from_millis(500));
    assert_eq!(http.tls.key_file.as_deref(), Some("key.pem"));
    assert_eq!((grpc.endpoint.as_str(), grpc.protocol), ("http://collector:4317", OtlpProtocol::Grpc));
    let metrics = telemetry.metrics;
    assert_eq!(metrics.export_interval, Duration::from_secs(1));
    assert_eq!(metrics.export_timeout, Duration::from_millis(100));
    assert_eq!(metrics.cardinality_limit, 77);
    assert_eq!(metrics.exemplar_filter, ExemplarFilter::AlwaysOff);
    let [MetricExporterConfig::Otlp(otlp), MetricExporterConfig::Prometheus(prometheus)] =
        metrics.exporters.as_slice()
    else {
        panic!("{:?}", metrics.exporters);
    };
    assert_eq!(otlp.endpoint, "http://localhost:4318/v1/metrics");
    assert_eq!(otlp.temporality, TemporalityPreference::Delta);
    assert_eq!((prometheus.host.as_str(), prometheus.port), ("localhost", 19464));
    let [first, second] = metrics.views.as_slice() else { panic!("{:?}", metrics.views) };
    assert_eq!((first.name.as_deref(), first.buckets.as_deref()), (Some("c.d"), Some(&[0.5, 1.0][..])));
    assert_eq!(first.selector.kind, Some(InstrumentType::Histogram));
    assert_eq!((first.selector.unit.as_deref(), first.selector.meter.as_deref()), (Some("s"), Some("m")));
    assert_eq!(first.attributes.as_ref().map(|keys| keys.excluded.clone()), Some(vec!["key".to_owned()]));
    assert_eq!(first.cardinality_limit, Some(7));
    assert!(second.drop && second.selector.instrument == "x.*");
}

#[test]
fn it_is_explained_with_its_places_and_without_secrets() {
    let setup = otel(EVERYTHING);
    let text = setup.relative(&explain(&setup.sources()).to_string());
    assert!(!text.contains("canary"), "{text}");
    for (value, place) in [
        ("enabled: true", "otel.yaml:2:11"),
        ("serviceName: portal", "otel.yaml:5:36"),
        ("maxQueueSize: 4096", "otel.yaml:18:25"),
        ("ratio: 0.25", "otel.yaml:32:69"),
        ("api-key: \"***\"", "otel.yaml:24:48"),
        ("port: 19464", "otel.yaml:40:76"),
        ("exportTimeoutMillis: 100", "otel.yaml:37:18"),
        ("name: c.d", "otel.yaml:44:15"),
        ("propagators: [tracecontext, baggage]", "otel.yaml:12:19"),
        ("serviceName: backstage", "default"),
    ] {
        let found = text.lines().any(|line| line.contains(value) && line.ends_with(&format!("# {place}")));
        assert!(found, "{value} at {place} in\n{text}");
    }
}

#[test]
fn what_the_file_leaves_out_does_nothing() {
    let telemetry = lines("").config().telemetry;
    assert!(telemetry.enabled && !telemetry.tracing.enabled && !telemetry.metrics.enabled);
    assert!(telemetry.tracing.propagators.is_empty());
    assert!(telemetry.metrics.exporters.is_empty() && telemetry.tracing.exporters.is_empty());
    assert!(!lines("disabled: true\n").config().telemetry.enabled);
}

#[test]
fn it_replaces_the_section_telemetry_and_the_variables_but_not_code() {
    let mut setup = lines("resource: { attributes: [ { name: service.name, value: '${NAME}' } ] }\n")
        .file(
            "app-config.yaml",
            "telemetry: { resource: { serviceName: file }, oops: 1 }\nbackend: { metrics: { serviceName: acme } }\n",
        )
        .variable("OTEL_TRACES_SAMPLER", "always_off")
        .variable("TELEMETRY_ENABLED", "false")
        .variable("OTEL_SERVICE_NAME", "variable")
        .variable("NAME", "substituted");
    let config = setup.load().config;
    assert_eq!(config.telemetry.resource.service_name, "substituted");
    assert_eq!(config.telemetry.tracing.sampler, SamplerConfig::default());
    assert!(config.telemetry.enabled);
    assert_eq!(config.backend.service_name, "acme");
    assert_eq!(
        setup.notices(),
        [
            "app-config.yaml:1:1: `telemetry` is not read: `OTEL_CONFIG_FILE` replaces it",
            "OTEL_CONFIG_FILE: replaces other variables, which are not read: TELEMETRY_ENABLED, OTEL_SERVICE_NAME, \
             OTEL_TRACES_SAMPLER",
        ]
    );
    setup.code.values.push(("telemetry.resource.serviceName".to_owned(), "code".to_owned()));
    assert_eq!(setup.load().config.telemetry.resource.service_name, "code");
}

#[test]
fn a_variable_that_the_file_refers_to_is_read() {
    let setup = lines("disabled: ${OTEL_SDK_DISABLED:-false}\n").variable("OTEL_SDK_DISABLED", "true");
    assert!(!setup.config().telemetry.enabled);
}

#[test]
fn the_older_variable_is_deprecated() {
    let setup = Setup::new()
        .file("otel.yml", "file_format: '1.0'\n")
        .variable("OTEL_EXPERIMENTAL_CONFIG_FILE", "otel.yml");
    assert_eq!(setup.notices(), ["OTEL_EXPERIMENTAL_CONFIG_FILE: deprecated; use `OTEL_CONFIG_FILE`"]);
}

#[test]
fn the_version_of_the_format_is_checked() {
    for (format, expected) in [
        ("", "otel.yaml:1:1: : `file_format` is missing"),
        ("file_format: \"2.0\"\n", "otel.yaml:1:14: file_format: expected \"1.0\" or \"1.1\", got \"2.0\""),
        ("file_format: \"0.3\"\n", "otel.yaml:1:14: file_format: expected \"1.0\" or \"1.1\", got \"0.3\""),
        ("file_format: one\n", "otel.yaml:1:14: file_format: expected \"1.0\" or \"1.1\", got \"one\""),
        (
            "file_format: 1.0\n",
            "otel.yaml:1:14: file_format: expected a text, got the number 1.0; put it in quotes",
        ),
    ] {
        assert_eq!(otel(&format!("{format}disabled: false\n")).errors(), [expected.replace(": : ", ": ")]);
    }
    assert_eq!(
        otel("file_format: \"1.2\"\n").notices(),
        ["otel.yaml:1:1: file_format: newer than 1.1, the newest that is known here"]
    );
    assert_eq!(
        otel("file_format: \"1.0-rc.2\"\n").notices(),
        ["otel.yaml:1:1: file_format: a release candidate, whose keys may differ"]
    );
}

#[test]
fn a_file_that_cannot_be_read_stops_the_start() {
    let absent = Setup::new().variable("OTEL_CONFIG_FILE", "absent.yaml").errors();
    assert!(absent[0].starts_with("OTEL_CONFIG_FILE: absent.yaml cannot be opened: "), "{absent:?}");
    let other = Setup::new().variable("OTEL_CONFIG_FILE", "otel.toml").errors();
    assert_eq!(other, ["OTEL_CONFIG_FILE: expected a .yaml or .yml file"]);
    assert_eq!(otel("# nothing\n").errors(), ["otel.yaml: `file_format` is missing"]);
    assert_eq!(otel("[]\n").errors(), ["otel.yaml:1:1: expected keys and values, got a list"]);
}

#[test]
fn an_invalid_reference_leaves_no_partial_result() {
    let setup = lines("disabled: true\nresource: { attributes_list: '${1A}' }\nunknown: ${-}\n");
    assert_eq!(
        setup.errors(),
        [
            "otel.yaml:3:30: invalid reference \"${1A}\"; expected `${NAME}`, `${env:NAME}` or `${NAME:-default}`",
            "otel.yaml:4:10: invalid reference \"${-}\"; expected `${NAME}`, `${env:NAME}` or `${NAME:-default}`",
        ]
    );
    assert!(explain(&setup.sources()).to_string().contains("  enabled: true "));
}

#[test]
fn types_are_those_after_substitution_and_quotes_make_a_text() {
    let setup = lines("disabled: ${OFF}\n").variable("OFF", "true");
    assert!(!setup.config().telemetry.enabled);
    for (text, expected) in [
        ("disabled: \"true\"\n", "otel.yaml:2:11: disabled: expected a boolean, got \"true\""),
        ("disabled: yes\n", "otel.yaml:2:11: disabled: expected a boolean, got \"yes\""),
        (
            "disabled: \"${OFF}\"\n",
            "otel.yaml:2:11: disabled: expected a boolean, got the value of \"${OFF}\"",
        ),
        (
            "attribute_limits: { attribute_count_limit: \"1\" }\n",
            "otel.yaml:2:44: attribute_limits.attribute_count_limit: expected a number, got \"1\"",
        ),
    ] {
        assert_eq!(lines(text).variable("OFF", "true").errors(), [expected]);
    }
    let hexadecimal = lines("attribute_limits: { attribute_count_limit: 0x10 }\n").config();
    assert_eq!(hexadecimal.telemetry.tracing.limits.attributes, 16);
}

#[test]
fn several_mistakes_are_reported_at_once() {
    assert_mistakes(
        "\
disable: true
propagator: { composite: [ { tracecontxt: } ] }
tracer_provider:
  processors:
    - batch: { exporter: { otlp_htp: {} }, max_queue_size: 0 }
    - batch: { exporter: { console:, otlp_http: } }
    - batch: { schedule_delay: 5 }
    - {}
    - batch: { max_queue_size: 5, exporter: { otlp_http: { endpoint: 'ftp://canary', tls: { cert_file: a } } } }
  limits: { event_count_limt: 1 }
  sampler: { trace_id_ratio_based: { ratio: 2 } }
meter_provider:
  readers:
    - pull: { exporter: { prometheus: } }
    - periodic: { interval: fast, exporter: { otlp_grpc: { compression: zstd } } }
  views:
    - selector: { instrument_name: a.* }
      stream: { name: b }
",
        &[
            "otel.yaml:2:1: disable: unknown key (nearest: `disabled`)",
            "otel.yaml:3:28: propagator.composite[0]: unknown propagator, got `tracecontxt` (nearest: \
             `tracecontext`)",
            "otel.yaml:6:28: tracer_provider.processors[0].batch.exporter.otlp_htp: unknown key (nearest: `otlp_http`)",
            "otel.yaml:6:60: tracer_provider.processors[0].batch.max_queue_size: expected a whole number (1 to \
             10000000), got \"0\"",
            "otel.yaml:7:26: tracer_provider.processors[1].batch.exporter: expected one key, got `otlp_http`, `console`",
            "otel.yaml:8:14: tracer_provider.processors[2].batch: `exporter` is missing",
            "otel.yaml:9:7: tracer_provider.processors[3]: expected one of `batch`, `simple`",
            "otel.yaml:10:70: tracer_provider.processors[4].batch.exporter.otlp_http.endpoint: expected a URL that starts \
             with `http://` or `https://`",
            "otel.yaml:10:91: tracer_provider.processors[4].batch.exporter.otlp_http.tls: `cert_file` and `key_file` belong \
             together, and one of them is missing",
            "otel.yaml:11:13: tracer_provider.limits.event_count_limt: unknown key (nearest: `event_count_limit`)",
            "otel.yaml:12:45: tracer_provider.sampler.trace_id_ratio_based.ratio: expected a number (0 to 1), got \"2\"",
            "otel.yaml:15:27: meter_provider.readers[0].pull.exporter.prometheus: unknown key (known: \
             `prometheus/development`)",
            "otel.yaml:16:29: meter_provider.readers[1].periodic.interval: expected a number, got \"fast\"",
            "otel.yaml:16:73: meter_provider.readers[1].periodic.exporter.otlp_grpc.compression: expected one of `none`, \
             `gzip`, got \"zstd\"",
            "otel.yaml:19:23: meter_provider.views[0].stream.name: several metrics cannot have one name; write one `*` in \
             `instrument` and in the name, or name one instrument",
        ],
    );
}

#[test]
fn the_encoding_of_otlp_over_http_is_its_protocol() {
    let exporter = |encoding: &str| {
        let text = format!(
            "meter_provider:\n  readers: [{{ periodic: {{ exporter: {{ otlp_http: {{ {encoding} }} }} }} }}]\n"
        );
        lines(&text)
    };
    for (encoding, protocol) in [
        ("encoding: json", OtlpProtocol::HttpJson),
        ("encoding: protobuf", OtlpProtocol::HttpProtobuf),
        ("", OtlpProtocol::HttpProtobuf),
    ] {
        let setup = exporter(encoding);
        assert!(setup.notices().is_empty(), "{encoding}: {:?}", setup.notices());
        let metrics = setup.config().telemetry.metrics;
        let [MetricExporterConfig::Otlp(otlp)] = metrics.exporters.as_slice() else { panic!("{metrics:?}") };
        assert_eq!(otlp.protocol, protocol, "{encoding}");
        assert_eq!(otlp.endpoint, "http://localhost:4318/v1/metrics");
    }
    let problems = exporter("encoding: jsn").errors();
    assert!(problems[0].contains("expected one of `protobuf`, `json`, got \"jsn\""), "{problems:?}");
    assert!(problems[0].contains("(nearest: `json`)"), "{problems:?}");
}

#[test]
fn what_cannot_apply_here_is_a_notice() {
    let setup = lines(
        "\
log_level: info
logger_provider: { processors: [] }
instrumentation/development: {}
distribution: {}
resource: { schema_url: x, detection/development: {} }
propagator: { composite_list: 'b3,tracecontext' }
tracer_provider:
  processors:
    - simple: { exporter: { console: {} } }
    - batch: { schedule_delay: 1, exporter: { otlp_file/development: {} } }
  sampler: { jaeger_remote/development: {} }
  id_generator/development: {}
meter_provider:
  readers:
    - periodic: { interval: 5, exporter: { console: { temporality_preference: delta } }, producers: [] }
    - periodic: { interval: 6, exporter: { otlp_http: {} }, cardinality_limits: { counter: 1 } }
    - pull: { exporter: { prometheus/development: { translation_strategy: NoTranslation } } }
  views:
    - selector: { instrument_name: a, meter_version: 1 }
      stream: { aggregation: { sum: } }
  exemplar_filter: trace_based
",
    );
    let notices = setup.notices();
    let keys: Vec<&str> = notices.iter().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!(
        keys,
        [
            "resource.schema_url",
            "resource.detection/development",
            "propagator.composite_list",
            "tracer_provider.processors[0].simple",
            "tracer_provider.processors[1].batch.schedule_delay",
            "tracer_provider.processors[1].batch.exporter",
            "tracer_provider.sampler.jaeger_remote/development",
            "tracer_provider.id_generator/development",
            "meter_provider.readers[0].periodic.exporter.console.temporality_preference",
            "meter_provider.readers[0].periodic.producers",
            "meter_provider.readers[1].periodic.interval",
            "meter_provider.readers[1].periodic.cardinality_limits.counter",
            "meter_provider.readers[2].pull.exporter.prometheus/development.translation_strategy",
            "meter_provider.views[0].selector.meter_version",
            "meter_provider.views[0].stream.aggregation",
            "logger_provider",
            "log_level",
            "instrumentation/development",
            "distribution",
        ],
        "{notices:#?}"
    );
}
