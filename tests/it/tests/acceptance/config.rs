//! Case 77, and what the configuration claims beside it: read at exporters, where something starts at all.

use it::exposition::Exposition;
use it::sink::text;
use telemetry_runtime::ErrorKind;
use telemetry_runtime::services::SpanOptions;
use tempfile::TempDir;

use crate::fixture::{self, Running};

/// Why telemetry does not start; without the folder.
fn refused(yaml: &str) -> Vec<String> {
    let Err(error) = fixture::yaml(yaml).try_start() else { panic!("{yaml} is taken") };
    assert_eq!(error.kind(), ErrorKind::Config);
    error.to_string().lines().map(|line| line.rsplit('/').next().unwrap_or(line).to_owned()).collect()
}

#[test]
fn case_77_a_numeric_version_an_empty_name_and_a_bad_boolean_name_the_full_key() {
    let lines = refused(
        "\
backend:
  metrics:
    plugin:
      catalog:
        meter: { name: '', version: 2 }
  tracing:
    capture: { endUser: banana }
    plugin:
      my-plugin:
        tracer: { name: \"\", version: 1.10 }
",
    );
    assert_eq!(
        lines,
        [
            "app-config.yaml:5:24: backend.metrics.plugin.catalog.meter.name: expected a text that is not empty, got \"\"",
            "app-config.yaml:5:37: backend.metrics.plugin.catalog.meter.version: expected a text, got the number 2; put it \
             in quotes",
            "app-config.yaml:7:25: backend.tracing.capture.endUser: expected `true` or `false`, got \"banana\"",
            "app-config.yaml:10:25: backend.tracing.plugin.my-plugin.tracer.name: expected a text that is not empty, got \
             \"\"",
            "app-config.yaml:10:38: backend.tracing.plugin.my-plugin.tracer.version: expected a text, got the number 1.10; \
             put it in quotes",
        ]
    );
}

/// Makes a span by hand.
fn span(running: &Running, name: &'static str) {
    let tracing = running.telemetry().plugin("my-plugin").expect("a plugin id").tracing();
    tracing.start_active_span(name, SpanOptions::new(), |_| ());
}

/// The service name that the receiver sees.
fn service_name(running: &Running) -> String {
    let spans = running.otlp().spans();
    let value = it::sink::attribute(&spans[0].resource.attributes, "service.name").expect("a service name");
    text(value).clone()
}

#[test]
fn the_service_name_comes_from_the_most_specific_variable() {
    for (variables, expected) in [
        (&[("TELEMETRY_SERVICE_NAME", "own")][..], "own"),
        (&[("TELEMETRY_SERVICE_NAME", "own"), ("OTEL_SERVICE_NAME", "standard")][..], "standard"),
    ] {
        let start = fixture::yaml("telemetry: { resource: { serviceName: file } }\n").otlp();
        let start = variables.iter().fold(start, |start, (name, value)| start.env(name, value));
        let running = start.start();
        span(&running, "named");
        assert_eq!(service_name(&running), expected);
    }
}

#[test]
fn a_disabled_sdk_exports_nothing() {
    let mut running = fixture::defaults().otlp().env("OTEL_SDK_DISABLED", "true").start();
    assert!(running.telemetry().prometheus_address().is_none());
    span(&running, "unseen");
    running.stop();
    assert!(running.otlp().spans().is_empty() && running.otlp().metrics().is_empty());
}

// NocoBase serves its metrics on the application's own port unless it is told to open another.
#[test]
fn a_server_of_ones_own_shows_what_the_endpoint_would() {
    let mut running = fixture::defaults().env("TELEMETRY_PROMETHEUS_SERVER", "off").start();
    assert_eq!(running.telemetry().prometheus_address(), None);
    let metrics = running.telemetry().plugin("my-plugin").expect("a plugin id").metrics();
    metrics.create_counter::<u64>("pages.shown").build().expect("a right name").add(2);
    let page = |accept| {
        let page = telemetry_runtime::exposition(accept)?;
        Some((page.content_type, text_of(&page.body)))
    };

    let (content_type, text) = page("").expect("metrics are on");
    assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
    let shown = Exposition::parse(&text).sum("backstage_plugin_my_plugin_pages_shown_total", &[]);
    assert_eq!(shown, Some(2.0), "{text}");
    let (content_type, text) = page("application/openmetrics-text; version=1.0.0").expect("the same");
    assert_eq!(content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(text.ends_with("# EOF\n"), "{text}");
    running.stop();
    assert_eq!(page(""), None);

    let running = fixture::defaults().env("TELEMETRY_PROMETHEUS_SERVER", "on").start();
    let (_, text) = page("").expect("metrics are on");
    assert_eq!(families(&text), families(&running.scrape_text()), "one page for everyone");
}

fn text_of(page: &[u8]) -> String {
    String::from_utf8(page.to_vec()).expect("a page is UTF-8")
}

/// The lines that say what the families are.
fn families(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("# TYPE ")).collect()
}

#[test]
fn opentelemetrys_own_file_decides_what_a_receiver_gets() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("otel.yaml");
    let yaml = "\
file_format: \"1.0\"
resource: { attributes: [ { name: service.name, value: \"${NAME:-declared}\" } ] }
propagator: { composite: [ { tracecontext: } ] }
tracer_provider:
  processors:
    - batch: { exporter: { otlp_http: { endpoint: \"${SINK}/v1/traces\", headers: [ { name: x-tenant, value: a } ] } } }
  limits: { attribute_count_limit: 1 }
meter_provider:
  readers: [ { pull: { exporter: { prometheus/development: { port: 0 } } } } ]
";
    std::fs::write(&file, yaml).expect("a file");
    let running = fixture::yaml("telemetry: { resource: { serviceName: file } }\n")
        .env("OTEL_CONFIG_FILE", file.to_str().expect("a path in UTF-8"))
        .env("OTEL_SERVICE_NAME", "variable")
        .env("SINK", "{sink}")
        .start();
    let tracing = running.telemetry().plugin("my-plugin").expect("a plugin id").tracing();
    let options = SpanOptions::new().attribute("a.first", "1").attribute("a.second", "2");
    tracing.start_active_span("declared", options, |_| ());
    assert_eq!(service_name(&running), "declared");
    let export = &running.otlp().exports()[0];
    assert_eq!(export.header("x-tenant"), Some("a"));
    let span = &export.spans()[0].span;
    let keys: Vec<&str> = span.attributes.iter().map(|pair| pair.key.as_str()).collect();
    // What the service says itself does not count.
    assert_eq!(keys, ["backstage.plugin.id", "a.first"]);
    assert!(running.scrape_text().contains("target_info"));
    let effective = running.telemetry().effective_config().to_string();
    assert!(effective.contains("attributeCountLimit: 1"), "{effective}");
    assert!(running.diagnostics().iter().any(|line| line.contains("OTEL_SERVICE_NAME")));
}
