//! Settings of a registered part as a type of the program.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::Setup;
use crate::config::{RegisteredNames, Settings, Sources, SpanExporterConfig, load};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Upload {
    url: String,
    batch_size: u16,
    ratio: Option<f32>,
    #[serde(default)]
    quiet: bool,
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    token: Option<Token>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Component,
    Other { prefix: String },
}

#[derive(Debug, PartialEq)]
struct Token(String);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 4 {
            Ok(Self(text))
        } else {
            Err(D::Error::custom(format_args!("`{text}` has no four letters")))
        }
    }
}

/// What stands in `config`.
fn settings(setup: &Setup) -> Settings {
    let registered =
        RegisteredNames { span_exporters: vec!["upload".to_owned()], ..RegisteredNames::default() };
    let loaded = load(&Sources { registered, ..setup.sources() }).expect("a right configuration");
    let Some(SpanExporterConfig::Registered(exporter)) =
        loaded.config.telemetry.tracing.exporters.into_iter().next()
    else {
        panic!("no registered exporter");
    };
    exporter.settings
}

fn yaml(config: &str) -> Setup {
    Setup::yaml(&format!(
        "telemetry:\n  tracing:\n    exporters:\n      - type: upload\n        config: {config}\n"
    ))
}

fn problem(setup: &Setup) -> String {
    let error = settings(setup).deserialize::<Upload>().expect_err("a value that is not wanted");
    setup.relative(&error.to_string())
}

#[test]
fn settings_are_a_type_of_the_program() {
    let setup = yaml(
        "{ url: 8080, batchSize: 512, ratio: 0.5, quiet: on, kinds: [component, { other: { prefix: x } }], \
         labels: { zone: '7' }, token: abcd }",
    );
    let upload: Upload = settings(&setup).deserialize().expect("settings that the type wants");
    let expected = Upload {
        url: "8080".to_owned(),
        batch_size: 512,
        ratio: Some(0.5),
        quiet: true,
        kinds: vec![Kind::Component, Kind::Other { prefix: "x".to_owned() }],
        labels: BTreeMap::from([("zone".to_owned(), "7".to_owned())]),
        token: Some(Token("abcd".to_owned())),
    };
    assert_eq!(upload, expected);
}

#[test]
fn a_value_that_the_type_does_not_want_is_named_with_its_place() {
    let path = "telemetry.tracing.exporters[0].config";
    for (config, expected) in [
        ("{ url: x }", format!("app-config.yaml:5:17: {path}: `batchSize` is missing")),
        (
            "{ url: x, batchSize: many }",
            format!("app-config.yaml:5:38: {path}.batchSize: expected u16, got \"many\""),
        ),
        (
            "{ url: x, batchSize: 70000 }",
            format!("app-config.yaml:5:38: {path}.batchSize: expected u16, got \"70000\""),
        ),
        (
            "{ url: [x], batchSize: 1 }",
            format!("app-config.yaml:5:24: {path}.url: expected a string, got a list"),
        ),
        (
            "{ url: x, batchSiez: 1 }",
            format!("app-config.yaml:5:17: {path}: unknown key `batchSiez` (nearest: `batchSize`)"),
        ),
        (
            "{ url: x, batchSize: 1, kinds: [part] }",
            format!(
                "app-config.yaml:5:49: {path}.kinds[0]: expected one of `component`, `other`, got \"part\""
            ),
        ),
        (
            "{ url: x, batchSize: 1, token: abc }",
            format!("app-config.yaml:5:48: {path}.token: `abc` has no four letters"),
        ),
    ] {
        assert_eq!(problem(&yaml(config)), expected, "{config}");
    }
}

#[test]
fn a_value_from_elsewhere_is_never_shown() {
    for config in ["{ url: x, batchSize: '${CANARY}' }", "{ url: x, batchSize: 1, token: '${CANARY}' }"] {
        let setup = yaml(config).variable("CANARY", "canary-secret");
        let problem = problem(&setup);
        assert!(problem.contains("${CANARY}") && !problem.contains("canary-secret"), "{problem}");
    }
}
