//! The JSON Schema says what reading says.

use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Map, Value as Json};

use super::super::node::{Node, Scalar, Value};
use super::super::{RegisteredNames, file};
use super::Setup;

const CHECKED_IN: &str = include_str!("../../../../docs/app-config.schema.json");

fn schema() -> String {
    super::super::json_schema(&RegisteredNames::default())
}

fn validator() -> Validator {
    let schema: Json = serde_json::from_str(&schema()).expect("JSON");
    jsonschema::draft7::new(&schema).expect("a JSON Schema")
}

/// What an editor makes of YAML.
fn instance(yaml: &str) -> Json {
    let name: Arc<str> = "sample".into();
    let root = file::parse(&name, yaml).unwrap_or_else(|error| panic!("{}: {yaml}", error.text));
    root.map_or(Json::Null, |root| json(&root))
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Sequence(nodes) => nodes.iter().map(json).collect(),
        Value::Mapping(entries) => {
            let members = entries.iter().map(|entry| (entry.key.clone(), json(&entry.value)));
            Json::Object(members.collect::<Map<_, _>>())
        }
        _ if node.is_null() => Json::Null,
        Value::Scalar(Scalar { text, .. }) => match node.core_type() {
            Some("boolean") => Json::Bool(text.eq_ignore_ascii_case("true")),
            Some(_) => text
                .parse::<i64>()
                .map(Json::from)
                .or_else(|_| text.parse::<f64>().map(Json::from))
                .expect("a number"),
            None => Json::String(text.clone()),
        },
    }
}

fn mistakes(yaml: &str) -> Vec<String> {
    let instance = instance(yaml);
    let validator = validator();
    validator.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_that_is_checked_in_is_current() {
    let current = schema();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/app-config.schema.json");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &current).expect("the schema can be written");
        return;
    }
    assert!(current == CHECKED_IN, "docs/app-config.schema.json is old: run this test with UPDATE_EXPECT=1");
}

#[test]
fn each_sample_is_valid() {
    let documentation = include_str!("../../../../docs/configuration.md");
    let complete = documentation.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let samples = super::samples::ALL.iter().copied().chain(complete);
    for sample in samples.chain([include_str!("../../../../app-config.yaml")]) {
        assert_eq!(mistakes(sample), Vec::<String>::new(), "{sample}");
    }
}

#[test]
fn references_to_other_places_are_valid() {
    for yaml in [
        "telemetry: { enabled: '${ON:-true}', metrics: { cardinalityLimit: { $env: LIMIT } } }",
        "telemetry: { $include: other.yaml }",
        "telemetry: { tracing: { exporters: { $include: 'other.yaml#a' }, sampler: { type: '${SAMPLER}' } } }",
        "telemetry:\nbackend:\n",
        "app: { anything: [1] }\nbackend: { baseUrl: x }",
    ] {
        assert_eq!(mistakes(yaml), Vec::<String>::new(), "{yaml}");
    }
}

/// What reading refuses, the schema refuses.
#[test]
fn wrong_samples_are_not_valid() {
    for yaml in [
        "telemetry: { enabled: perhaps }",
        "telemetry: { metrcs: {} }",
        "telemetry: { resource: { serviceName: '' } }",
        "telemetry: { resource: { serviceVersion: 2 } }",
        "telemetry: { metrics: { collection: { exportIntervalMillis: 0 } } }",
        "telemetry: { metrics: { cardinalityLimit: many } }",
        "telemetry: { metrics: { exporters: [ { type: promethius } ] } }",
        "telemetry: { metrics: { exporters: [ { enabled: true } ] } }",
        "telemetry: { metrics: { exporters: [ { type: prometheus, config: { port: 65536 } } ] } }",
        "telemetry: { metrics: { exporters: [ { type: prometheus, config: { path: metrics } } ] } }",
        "telemetry: { tracing: { exporters: [ { type: prometheus } ] } }",
        "telemetry: { tracing: { exporters: [ { type: otlp, config: { protocol: http } } ] } }",
        "telemetry: { tracing: { exporters: [ { type: otlp, config: { temporality: cumulative } } ] } }",
        "telemetry: { tracing: { sampler: { type: sometimes } } }",
        "telemetry: { tracing: { sampler: { ratio: 0.5 } } }",
        "telemetry: { tracing: { sampler: { type: traceidratio, ratio: 2 } } }",
        "telemetry: { tracing: { propagators: [b3] } }",
        "telemetry: { instrumentations: { htpp: true } }",
        "backend: { metrics: { serviceName: 9lives } }",
        "backend: { tracing: { plugin: { catalog: { meter: { name: x } } } } }",
    ] {
        assert!(!Setup::yaml(yaml).errors().is_empty(), "{yaml}");
        assert!(!mistakes(yaml).is_empty(), "{yaml}");
    }
}

#[test]
fn every_key_is_described() {
    fn check(path: &str, schema: &Json) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            let described = property["description"].is_string();
            let by_map = path.contains("instrumentations.");
            assert!(described || by_map, "{path} has no description");
            check(&path, property);
        }
    }
    check("", &serde_json::from_str(&schema()).expect("JSON"));
}

#[test]
fn the_schema_of_a_program_knows_what_it_registers() {
    let yaml = "telemetry: { metrics: { exporters: [ { type: audit, config: { table: a } } ] }, instrumentations: { own: on } }";
    assert!(!mistakes(yaml).is_empty());
    let names = RegisteredNames {
        metric_exporters: vec!["audit".to_owned()],
        instrumentations: vec!["own".to_owned()],
        ..RegisteredNames::default()
    };
    let schema: Json = serde_json::from_str(&super::super::json_schema(&names)).expect("JSON");
    assert!(jsonschema::draft7::new(&schema).expect("a schema").is_valid(&instance(yaml)));
}
