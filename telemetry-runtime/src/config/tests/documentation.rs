//! `docs/configuration.md` says what the code does.

use serde_json::Value as Json;

use super::super::*;
use super::Setup;

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
    let read = variables::names();
    for name in &read {
        // The ones of a signal are documented as those of all signals.
        let general = ["TRACES_", "METRICS_"].iter().find_map(|signal| {
            let rest = name.strip_prefix("OTEL_EXPORTER_OTLP_")?.strip_prefix(signal)?;
            Some(format!("OTEL_EXPORTER_OTLP_{rest}"))
        });
        let names = [Some(name.clone()), general];
        let found = names.iter().flatten().any(|name| documented.contains(&name.as_str()));
        assert!(found || name.starts_with("OTEL_EXPORTER_OTLP_LOGS_"), "{name} is not documented");
    }
    for name in documented {
        assert!(read.iter().any(|read| read == name), "{name} is documented and not read");
    }
}

/// All keys below a schema.
fn keys(schema: &Json) -> Vec<String> {
    match schema {
        Json::Object(members) => members
            .iter()
            .flat_map(|(name, value)| {
                let own = value.as_object().filter(|_| name == "properties");
                let own: Vec<String> = own.into_iter().flat_map(|keys| keys.keys().cloned()).collect();
                own.into_iter().chain(keys(value)).collect::<Vec<_>>()
            })
            .collect(),
        Json::Array(elements) => elements.iter().flat_map(keys).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_key_is_documented() {
    let schema = serde_json::from_str(&json_schema(&RegisteredNames::default())).expect("JSON");
    let keys = keys(&schema);
    assert!(keys.len() > 90, "{keys:?}");
    for key in keys {
        let forms = [format!("{key}:"), format!("`{key}`"), format!("{key},"), format!("{key} with")];
        assert!(forms.iter().any(|form| DOCUMENTATION.contains(form)), "{key} is not documented");
    }
}
