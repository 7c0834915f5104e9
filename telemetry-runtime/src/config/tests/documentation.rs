//! `docs/configuration.md` says what the code does.

use super::super::*;
use super::Setup;
use super::environment::VARIABLES;

const DOCUMENTATION: &str = include_str!("../../../../docs/configuration.md");

/// The blocks of YAML, in order.
fn samples() -> Vec<&'static str> {
    let blocks = DOCUMENTATION.split("```yaml\n").skip(1);
    blocks.map(|block| block.split("```").next().expect("a block")).collect()
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let config = Setup::yaml(samples()[0]).config();
    assert_eq!(config, Config::default());
}

#[test]
fn the_documented_exporters_are_the_defaults_of_their_type() {
    let list = samples()[1].replace('\n', "\n      ");
    let documented = Setup::yaml(&format!("telemetry:\n  metrics:\n    exporters:\n      {list}\n")).config();
    let short = Setup::yaml("telemetry:\n  metrics:\n    exporters: [ { type: otlp }, { type: console } ]\n")
        .config();
    assert_eq!(documented, short);
    let MetricExporterConfig::Otlp(otlp) = &short.telemetry.metrics.exporters[0] else {
        panic!("{short:?}");
    };
    assert_eq!(otlp.endpoint, "http://localhost:4318/v1/metrics");
}

#[test]
fn the_documented_views_load() {
    let list = samples()[2].replace('\n', "\n    ");
    let config = Setup::yaml(&format!("telemetry:\n  metrics:\n    {list}\n")).config();
    assert_eq!(config.telemetry.metrics.views.len(), 4);
}

#[test]
fn every_variable_is_documented_and_every_documented_one_is_read() {
    let documented: Vec<&str> = DOCUMENTATION
        .split('`')
        .filter(|word| word.starts_with("OTEL_") || word.starts_with("TELEMETRY_"))
        .filter(|word| word.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !word.ends_with('_'))
        .collect();
    for (name, _) in VARIABLES {
        assert!(documented.contains(name), "{name} is not documented");
    }
    // Any value is right for these, so that they are not among the variables with wrong values.
    let free = ["OTEL_SERVICE_NAME", "OTEL_EXPORTER_PROMETHEUS_HOST", "OTEL_EXPORTER_OTLP_CERTIFICATE"];
    // A wrong value of these stops the start.
    let strict = ["TELEMETRY_METRIC_READER", "TELEMETRY_TRACE_PROCESSOR"];
    for name in documented {
        let read =
            VARIABLES.iter().any(|(read, _)| *read == name) || free.contains(&name) || strict.contains(&name);
        assert!(read, "{name} is documented and not read");
    }
}
