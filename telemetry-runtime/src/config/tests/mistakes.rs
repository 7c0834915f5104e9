//! Each kind of mistake, with its place.

use super::{Setup, assert_errors};

#[test]
fn a_wrong_value_names_file_line_column_and_key() {
    assert_errors(
        "\
telemetry:
  metrics:
    exporters:
      - type: prometheus
        config:
          port: abc
",
        &[
            "app-config.yaml:6:17: telemetry.metrics.exporters[0].config.port: expected a port (0 to 65535), got \"abc\"",
        ],
    );
}

#[test]
fn every_mistake_is_reported_in_the_order_of_the_file() {
    assert_errors(
        "\
telemetry:
  enabled: perhaps
  metrcs: {}
  tracing:
    sampler: { type: traceidratio, ratio: 1.5 }
    batch: [1]
backend:
  metrics:
    serviceName: 9lives
",
        &[
            "app-config.yaml:2:12: telemetry.enabled: expected `true` or `false`, got \"perhaps\"",
            "app-config.yaml:3:3: telemetry.metrcs: unknown key (nearest: `metrics`)",
            "app-config.yaml:5:43: telemetry.tracing.sampler.ratio: expected a number (0 to 1), got \"1.5\"",
            "app-config.yaml:6:12: telemetry.tracing.batch: expected keys and values, got a list",
            "app-config.yaml:9:18: backend.metrics.serviceName: metric name must start with an ASCII letter, \
             got \"9lives\"",
        ],
    );
}

#[test]
fn an_unknown_key_without_a_near_one_lists_the_known_keys() {
    assert_errors(
        "telemetry:\n  resource:\n    color: red\n",
        &[
            "app-config.yaml:3:5: telemetry.resource.color: unknown key (known: `serviceName`, `serviceVersion`, `attributes`)",
        ],
    );
}

#[test]
fn an_exporter_has_a_known_type() {
    assert_errors(
        "\
telemetry:
  metrics:
    exporters:
      - type: promethius
      - enabled: true
      - type: jaeger
  tracing:
    exporters:
      - type: prometheus
",
        &[
            "app-config.yaml:4:15: telemetry.metrics.exporters[0].type: expected one of `prometheus`, `otlp`, `console`, \
             got \"promethius\" (nearest: `prometheus`)",
            "app-config.yaml:5:9: telemetry.metrics.exporters[1]: `type` is missing",
            "app-config.yaml:6:15: telemetry.metrics.exporters[2].type: expected one of `prometheus`, `otlp`, `console`, \
             got \"jaeger\"",
            "app-config.yaml:9:15: telemetry.tracing.exporters[0].type: expected one of `otlp`, `console`, \
             got \"prometheus\"",
        ],
    );
}

#[test]
fn numbers_have_ranges() {
    assert_errors(
        "\
telemetry:
  metrics:
    collection: { exportIntervalMillis: 0, exportTimeoutMillis: 90000 }
    cardinalityLimit: -1
    exporters:
      - type: prometheus
        config: { port: 65536, path: metrics }
  tracing:
    batch: { maxQueueSize: 10, maxExportBatchSize: 11 }
",
        &[
            "app-config.yaml:3:41: telemetry.metrics.collection.exportIntervalMillis: expected milliseconds \
             (1 to 2147483647), got \"0\"",
            "app-config.yaml:3:65: telemetry.metrics.collection.exportTimeoutMillis: must not be longer than \
             `exportIntervalMillis`",
            "app-config.yaml:4:23: telemetry.metrics.cardinalityLimit: expected a whole number (1 to 10000000), got \"-1\"",
            "app-config.yaml:7:25: telemetry.metrics.exporters[0].config.port: expected a port (0 to 65535), got \"65536\"",
            "app-config.yaml:7:38: telemetry.metrics.exporters[0].config.path: expected a path that starts with `/`, \
             got \"metrics\"",
            "app-config.yaml:9:52: telemetry.tracing.batch.maxExportBatchSize: must not be more than `maxQueueSize`, 10",
        ],
    );
}

#[test]
fn two_endpoints_on_one_port_are_refused() {
    assert_errors(
        "telemetry:\n  metrics:\n    exporters:\n      - type: prometheus\n      - type: prometheus\n",
        &["app-config.yaml:5:9: telemetry.metrics.exporters[1]: port 9464 is taken by another exporter"],
    );
}

#[test]
fn a_sampler_without_a_ratio_takes_none() {
    assert_errors(
        "telemetry:\n  tracing:\n    sampler: { type: always_on, ratio: 0.5 }\n",
        &["app-config.yaml:3:40: telemetry.tracing.sampler.ratio: the sampler \"always_on\" takes no ratio"],
    );
}

#[test]
fn instrumentations_and_plugins_are_named_at_their_key() {
    assert_errors(
        "\
telemetry:
  instrumentations:
    htpp: true
backend:
  tracing:
    plugin:
      Catalog: { tracer: { nam: x } }
",
        &[
            "app-config.yaml:3:5: telemetry.instrumentations.htpp: unknown instrumentation (nearest: `http`)",
            "app-config.yaml:7:7: backend.tracing.plugin.Catalog: plugin id must be lower case words and digits joined by single `-` or `_`, \
             starting with a letter",
            "app-config.yaml:7:28: backend.tracing.plugin.Catalog.tracer.nam: unknown key (nearest: `name`)",
        ],
    );
}

#[test]
fn a_key_that_needs_quotes_is_quoted_in_the_path() {
    assert_errors(
        "telemetry:\n  resource:\n    attributes: { service.name: x, a.b: [] }\n",
        &[
            "app-config.yaml:3:19: telemetry.resource.attributes.\"service.name\": set `telemetry.resource.serviceName` \
             instead",
            "app-config.yaml:3:41: telemetry.resource.attributes.\"a.b\": expected one value, got a list",
        ],
    );
}

#[test]
fn a_root_name_is_at_most_63_bytes() {
    let yaml = |length: usize| format!("backend:\n  metrics:\n    serviceName: {}\n", "a".repeat(length));
    assert_eq!(Setup::yaml(&yaml(63)).config().backend.service_name.len(), 63);
    let errors = Setup::yaml(&yaml(64)).errors();
    assert!(errors[0].starts_with(
        "app-config.yaml:3:18: backend.metrics.serviceName: the root of metric names takes at most 63 bytes, got"
    ));
}

#[test]
fn a_secret_is_never_shown() {
    let setup = Setup::yaml(
        "\
telemetry:
  metrics:
    exporters:
      - type: otlp
        config:
          endpoint: http://user:canary@host
          headers: { a b: canary, authorization: \"canary\\n\", list: [canary] }
          tls: { certFile: canary.pem }
      - type: prometheus
        config: { port: \"${PASSWORD}\" }
      - type: \"${PASSWORD}\"
",
    )
    .variable("PASSWORD", "canary");
    let errors = setup.errors();
    assert!(!errors.iter().any(|line| line.contains("canary")), "{errors:#?}");
    assert_eq!(
        errors,
        [
            "app-config.yaml:6:21: telemetry.metrics.exporters[0].config.endpoint: a URL with a user or password is not \
             taken; use `headers`",
            "app-config.yaml:7:22: telemetry.metrics.exporters[0].config.headers.\"a b\": the name of this header has a \
             character that HTTP does not allow",
            "app-config.yaml:7:50: telemetry.metrics.exporters[0].config.headers.authorization: a header's value must be \
             visible ASCII on one line",
            "app-config.yaml:7:68: telemetry.metrics.exporters[0].config.headers.list: expected one value, got a list",
            "app-config.yaml:8:16: telemetry.metrics.exporters[0].config.tls: `certFile` and `keyFile` belong together, \
             and one of them is missing",
            "app-config.yaml:10:25: telemetry.metrics.exporters[1].config.port: expected a port (0 to 65535), got the \
             value of \"${PASSWORD}\"",
            "app-config.yaml:11:15: telemetry.metrics.exporters[2].type: expected one of `prometheus`, `otlp`, `console`, \
             got the value of \"${PASSWORD}\"",
        ]
    );
}

#[test]
fn the_debug_form_of_a_configuration_shows_no_header_and_no_endpoint() {
    let config = Setup::new()
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "https://canary:4318")
        .variable("OTEL_EXPORTER_OTLP_HEADERS", "authorization=canary")
        .config();
    assert!(!format!("{config:?}").contains("canary"));
}

/// As many keys as a file can hold are looked at once each.
#[test]
fn a_file_of_nothing_but_unknown_keys_is_refused_briefly() {
    let keys = (0..40_000).map(|number| format!("  key{number}: 1")).collect::<Vec<_>>().join("\n");
    let errors = Setup::yaml(&format!("telemetry:\n{keys}")).errors();
    assert_eq!(errors.len(), 51, "{:?}", &errors[..3]);
    assert!(
        errors.iter().any(|error| error.ends_with("telemetry: 39950 more unknown keys")),
        "{:?}",
        errors[50]
    );
}
