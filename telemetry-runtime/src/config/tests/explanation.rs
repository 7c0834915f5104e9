//! What is in effect, and where it came from.

use super::super::*;
use super::Setup;

fn explained(setup: &Setup) -> Explanation {
    explain(&setup.sources())
}

/// The value and the origin of a key.
fn origin(setup: &Setup, key: &str) -> (String, String) {
    let explanation = explained(setup);
    let setting = explanation.settings().iter().find(|setting| setting.key == key);
    let setting = setting.unwrap_or_else(|| panic!("no {key} in\n{explanation}"));
    (setting.value.clone(), setup.relative(&setting.origin.to_string()))
}

#[test]
fn each_source_is_named_by_the_value_that_it_won_with() {
    let key = "telemetry.resource.serviceName";
    let named = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    let setup = Setup::new();
    assert_eq!(origin(&setup, key), named("backstage", "default"));
    let setup = Setup::yaml("telemetry:\n  resource:\n    serviceName: a\n");
    assert_eq!(origin(&setup, key), named("a", "app-config.yaml:3:18"));
    let setup = setup.file("app-config.local.yaml", "telemetry: { resource: { serviceName: b } }\n");
    assert_eq!(origin(&setup, key), named("b", "app-config.local.yaml:1:39"));
    let setup = setup.variable("APP_CONFIG_telemetry_resource_serviceName", "c");
    assert_eq!(origin(&setup, key), named("c", "APP_CONFIG_telemetry_resource_serviceName"));
    let setup = setup.variable("TELEMETRY_SERVICE_NAME", "d");
    assert_eq!(origin(&setup, key), named("d", "TELEMETRY_SERVICE_NAME"));
    let setup = setup.variable("OTEL_RESOURCE_ATTRIBUTES", "service.name=e,x=1");
    assert_eq!(origin(&setup, key), named("e", "OTEL_RESOURCE_ATTRIBUTES"));
    assert_eq!(origin(&setup, "telemetry.resource.attributes.x"), named("\"1\"", "OTEL_RESOURCE_ATTRIBUTES"));
    let mut setup = setup.variable("OTEL_SERVICE_NAME", "f");
    assert_eq!(origin(&setup, key), named("f", "OTEL_SERVICE_NAME"));
    setup.code.values.push((key.to_owned(), "g".to_owned()));
    assert_eq!(origin(&setup, key), named("g", "the program's code"));
    assert_eq!(setup.config().telemetry.resource.service_name, "g");
}

#[test]
fn the_explanation_is_yaml_with_aligned_origins() {
    let mut setup = Setup::yaml(
        "\
telemetry:
  metrics:
    exporters:
      - { type: otlp, enabled: false }
      - { type: prometheus, config: { path: '${PAGE}' } }
      - { type: otlp, config: { headers: { x-tenant: canary } } }
  tracing: { exporters: [] }
backend: { metrics: { plugin: { catalog: { meter: { name: m } } } } }
",
    )
    .variable("PAGE", "/canary")
    .variable("OTEL_TRACES_SAMPLER", "traceidratio")
    .variable("OTEL_TRACES_SAMPLER_ARG", "0.5")
    .variable("OTEL_EXPORTER_OTLP_TIMEOUT", "0")
    .variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://collector/canary")
    .variable("OTEL_RESOURCE_ATTRIBUTES", "a:b=c d");
    setup.code.prometheus_port = Some(0);
    let text = setup.relative(&explained(&setup).to_string());
    let expected = "\
telemetry:
  enabled: true                         # default
  resource:
    serviceName: backstage              # default
    serviceVersion:                     # default
    attributes:
      \"a:b\": \"c d\"                      # OTEL_RESOURCE_ATTRIBUTES
  metrics:
    enabled: true                       # default
    collection:
      exportIntervalMillis: 60000       # default
      exportTimeoutMillis: 30000        # default
    cardinalityLimit: 2000              # default
    include: [\"*\"]                      # default
    naming: prefixed                    # default
    exemplarFilter: trace_based         # default
    views: []                           # default
    exporters:
      - type: prometheus                # app-config.yaml:5:17
        config:
          host: \"127.0.0.1\"             # default
          port: 0                       # the program's code
          path: \"***\"                   # app-config.yaml:5:45: ${PAGE}
          tls:
            certFile:                   # default
            keyFile:                    # default
          bearerToken:                  # default
      - type: otlp                      # app-config.yaml:6:17
        config:
          endpoint: \"https://collector/***\" # OTEL_EXPORTER_OTLP_METRICS_ENDPOINT
";
    assert!(text.starts_with("telemetry:\n"), "{text}");
    let squeezed = |text: &str| {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert!(squeezed(&text).starts_with(&squeezed(expected)), "{text}");
    assert!(!text.contains("canary"), "{text}");
    for line in [
        "sampler:",
        "type: traceidratio # OTEL_TRACES_SAMPLER",
        "ratio: 0.5 # OTEL_TRACES_SAMPLER_ARG",
        "timeoutMillis: 0 # OTEL_EXPORTER_OTLP_TIMEOUT",
        "x-tenant: \"***\" # app-config.yaml:6:54",
        "exporters: [] # app-config.yaml:7:25",
        "name: m # app-config.yaml:8:59",
    ] {
        assert!(squeezed(&text).contains(line), "{line}\n{text}");
    }
    let columns: Vec<usize> = text.lines().filter_map(|line| line.find("  # ")).collect();
    assert!(columns.len() > 40 && columns.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
}

#[test]
fn what_is_printed_can_be_read_again() {
    let setup =
        Setup::yaml("telemetry:\n  resource: { attributes: { a: 'yes', b: \"x # y\", 'on': '1.0' } }\n");
    let config = setup.config();
    let again = Setup::yaml(&explained(&setup).to_string()).config();
    assert_eq!(again, config);
}

#[test]
fn what_is_known_is_explained_beside_what_is_wrong() {
    let setup = Setup::yaml(
        "telemetry:\n  enabled: perhaps\n  resource: { serviceName: a }\n  metrcs: {}\n  tracing: [\n",
    );
    let text = setup.relative(&explained(&setup).to_string());
    assert!(text.contains("# wrong: app-config.yaml:6:1: not valid YAML"), "{text}");
    let setup = Setup::yaml("telemetry:\n  enabled: perhaps\n  resource: { serviceName: a }\n  metrcs: {}\n");
    let explanation = explained(&setup);
    let problems: Vec<String> = explanation.problems().iter().map(|line| setup.relative(line)).collect();
    assert_eq!(
        problems,
        [
            "app-config.yaml:2:12: telemetry.enabled: expected `true` or `false`, got \"perhaps\"",
            "app-config.yaml:4:3: telemetry.metrcs: unknown key (nearest: `metrics`)",
        ]
    );
    assert_eq!(origin(&setup, "telemetry.enabled").1, "default");
    assert_eq!(origin(&setup, "telemetry.resource.serviceName").0, "a");
}

#[test]
fn an_exporter_that_the_environment_brings_says_so() {
    let setup = Setup::new()
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
        .variable("OTEL_TRACES_EXPORTER", "console");
    let types: Vec<_> = explained(&setup)
        .settings()
        .iter()
        .filter(|setting| setting.key.ends_with("].type"))
        .map(|setting| format!("{} {} {}", setting.key, setting.value, setting.origin))
        .collect();
    assert_eq!(
        types,
        [
            "telemetry.metrics.exporters[0].type prometheus default",
            "telemetry.metrics.exporters[1].type otlp OTEL_EXPORTER_OTLP_ENDPOINT",
            "telemetry.tracing.exporters[0].type console OTEL_TRACES_EXPORTER",
        ]
    );
}

#[test]
fn code_is_checked_as_a_file_is() {
    let mut setup = Setup::new();
    setup.code.values = vec![
        ("telemetry.metrcs.enabled".to_owned(), "false".to_owned()),
        ("telemetry.tracing.enabled".to_owned(), "perhaps".to_owned()),
        ("telemetry.enabled".to_owned(), "[".to_owned()),
    ];
    assert_eq!(
        setup.errors(),
        [
            "the program's code: telemetry.enabled: the value is not YAML",
            "the program's code: telemetry.tracing.enabled: expected `true` or `false`, got \"perhaps\"",
            "the program's code: telemetry.metrcs: unknown key (nearest: `metrics`)",
        ]
    );
}

#[test]
fn what_code_adds_and_what_it_registers_is_shown_without_its_settings() {
    let setup = Setup::yaml(
        "telemetry: { tracing: { exporters: [ { type: audit, config: { url: canary, retries: 3 } } ] } }\n",
    );
    let registered =
        RegisteredNames { span_exporters: vec!["audit".to_owned()], ..RegisteredNames::default() };
    let code = Code { additions: vec!["a sampler".to_owned()], ..Code::default() };
    let explanation = explain(&Sources { registered, code, ..setup.sources() });
    let text = explanation.to_string();
    assert_eq!(explanation.problems(), Vec::<String>::new().as_slice());
    assert!(text.contains("type: audit") && text.contains("retries: \"***\""), "{text}");
    assert!(text.ends_with("# added in code: a sampler\n") && !text.contains("canary"), "{text}");
}
