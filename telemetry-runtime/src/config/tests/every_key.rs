//! Every key with every kind of mistake: file, line, column and full key are named, and nothing is guessed.
//!
//! The keys come from the JSON Schema, which is made from the table that reading follows. So a key that is added is tested.

use serde_json::Value as Json;

use super::super::*;
use super::Setup;

/// A key, and a configuration that has only it and what it needs beside it.
struct Key {
    /// As messages name it.
    path: String,
    /// The lines before the key.
    before: String,
    /// Where the key stands.
    line: usize,
    column: usize,
    name: String,
    schema: Json,
}

impl Key {
    /// The configuration in which `text` stands for the key's name and value.
    fn yaml(&self, text: &str) -> String {
        format!("{}{:column$}{text}\n", self.before, "", column = self.column - 1)
    }

    /// The errors where the key has this value.
    fn errors(&self, value: &str) -> Vec<String> {
        let yaml = self.yaml(&format!("{}: {value}", self.name));
        explain_relative(&Setup::yaml(&yaml)).0
    }

    /// Whether an error names the line, a column and the key.
    fn is_named(&self, error: &str) -> bool {
        let place = format!("app-config.yaml:{}:", self.line);
        let Some((column, text)) = error.strip_prefix(&place).and_then(|rest| rest.split_once(": ")) else {
            return false;
        };
        column.parse::<usize>().is_ok_and(|column| column >= self.column) && text.starts_with(&self.path)
    }

    fn assert_refused(&self, value: &str) {
        let errors = self.errors(value);
        assert!(!errors.is_empty(), "{}: {value} is taken", self.path);
        assert!(errors.iter().all(|error| self.is_named(error)), "{}: {value}: {errors:#?}", self.path);
    }
}

/// Problems and the text of the explanation.
fn explain_relative(setup: &Setup) -> (Vec<String>, String) {
    let explanation = explain(&setup.sources());
    let problems = explanation.problems().iter().map(|line| setup.relative(line)).collect();
    (problems, setup.relative(&explanation.to_string()))
}

/// All keys of the configuration.
fn keys() -> Vec<Key> {
    let schema: Json = serde_json::from_str(&json_schema(&RegisteredNames::default())).expect("JSON");
    let mut keys = Vec::new();
    section(&schema, "", "", 0, &mut keys);
    keys
}

/// The keys of `schema`, which stand below `path` and the lines `before`, `indent` columns in.
fn section(schema: &Json, path: &str, before: &str, indent: usize, keys: &mut Vec<Key>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        // A sampler's ratio is nothing without the type that takes one.
        let kind =
            if name == "ratio" { format!("{:indent$}type: traceidratio\n", "") } else { String::new() };
        let before = format!("{before}{kind}");
        let key = Key {
            path: read::join(path, name),
            line: before.lines().count() + 1,
            before: before.clone(),
            column: indent + 1,
            name: name.clone(),
            schema: property.clone(),
        };
        let path = key.path.clone();
        keys.push(key);
        let inner = format!("{before}{:indent$}{name}:\n", "");
        section(property, &path, &inner, indent + 2, keys);
        if property["additionalProperties"]["properties"].is_object() {
            let inner = format!("{inner}{:indent$}  catalog:\n", "");
            let path = format!("{path}.catalog");
            section(&property["additionalProperties"], &path, &inner, indent + 4, keys);
        }
        let array = property["anyOf"].as_array().into_iter().flatten().find(|rule| rule["type"] == "array");
        let Some(items) = array.map(|array| &array["items"]) else { continue };
        let first = format!("{path}[0]");
        for variant in items["oneOf"].as_array().into_iter().flatten() {
            let kind = variant["properties"]["type"]["const"].as_str().expect("a type");
            let inner = format!("{inner}{:indent$}  - type: {kind}\n", "");
            let mut variant = variant.clone();
            variant["properties"].as_object_mut().expect("keys").remove("type");
            section(&variant, &first, &inner, indent + 4, keys);
        }
        if items["properties"].is_object() {
            let mut rest = items.clone();
            rest["properties"].as_object_mut().expect("keys").remove("instrument");
            let inner = format!("{inner}{:indent$}  - instrument: a\n", "");
            section(&rest, &first, &inner, indent + 4, keys);
        }
    }
}

/// The rules of a value, without the forms in which it stands elsewhere.
fn rules(schema: &Json) -> Vec<Json> {
    match schema["anyOf"].as_array() {
        None => vec![schema.clone()],
        Some(rules) => {
            rules.iter().filter(|rule| rule["$ref"] != "#/$defs/elsewhere").flat_map(rules_of).collect()
        }
    }
}

fn rules_of(schema: &Json) -> Vec<Json> {
    if schema["$ref"] == "#/$defs/switch" { vec![schema.clone()] } else { rules(schema) }
}

fn has_type(rule: &Json, name: &str) -> bool {
    rule["type"] == name || rule["type"].as_array().is_some_and(|types| types.iter().any(|kind| kind == name))
}

#[test]
fn there_are_all_keys() {
    let paths: Vec<String> = keys().into_iter().map(|key| key.path).collect();
    for expected in [
        "telemetry.resource.serviceName",
        "telemetry.metrics.exporters[0].config.tls.caFile",
        "telemetry.metrics.views[0].attributes",
        "telemetry.tracing.sampler.ratio",
        "backend.metrics.plugin.catalog.meter.schemaUrl",
        "backend.tracing.capture.endUser",
    ] {
        assert!(paths.iter().any(|path| path == expected), "{expected} in {paths:#?}");
    }
    assert!(paths.len() > 90, "{paths:#?}");
}

#[test]
fn a_wrong_type_is_refused() {
    for key in keys() {
        let rules = rules(&key.schema);
        // A list of lists is no value of any key but the ones that are not read as a whole.
        let list = rules.iter().any(|rule| has_type(rule, "array"));
        let mapping = rules.iter().any(|rule| has_type(rule, "object"));
        if list {
            key.assert_refused("[[1]]");
        } else {
            key.assert_refused("[1]");
        }
        if !mapping {
            key.assert_refused("{ a: 1 }");
        }
        if !list && mapping {
            key.assert_refused("text");
        }
    }
}

#[test]
fn what_is_out_of_range_is_refused() {
    let mut checked = 0;
    for key in keys() {
        for rule in rules(&key.schema) {
            if rule["$ref"] == "#/$defs/switch" {
                key.assert_refused("perhaps");
                checked += 1;
            }
            if rule["enum"].is_array() {
                key.assert_refused("no-such-word");
                checked += 1;
            }
            for (bound, beyond) in [("minimum", -1.0), ("maximum", 1.0)] {
                if let Some(bound) = rule[bound].as_f64() {
                    key.assert_refused(&format!("{}", bound + beyond));
                    key.assert_refused("NaN");
                    checked += 1;
                }
            }
            if has_type(&rule, "integer") {
                key.assert_refused("1.5");
                key.assert_refused("99999999999999999999");
                checked += 1;
            }
        }
    }
    assert!(checked > 80, "{checked}");
}

#[test]
fn a_number_where_a_text_belongs_is_refused_with_the_fix() {
    let texts = keys().into_iter().filter(|key| {
        let text = |rule: &Json| rule["type"] == "string" && !rule["pattern"].is_null();
        rules(&key.schema).iter().any(text)
    });
    let mut checked = 0;
    for key in texts {
        let errors = key.errors("1.10");
        let [error] = errors.as_slice() else { panic!("{}: {errors:?}", key.path) };
        assert!(key.is_named(error) && error.ends_with("the number 1.10; put it in quotes"), "{error}");
        checked += 1;
    }
    assert!(checked > 15, "{checked}");
}

#[test]
fn an_empty_text_is_refused() {
    for key in keys() {
        let may_be_empty =
            key.path.contains("views[0]") && matches!(key.name.as_str(), "description" | "unit");
        if !may_be_empty {
            key.assert_refused("''");
        }
    }
}

#[test]
fn null_is_the_default() {
    let default = Setup::new().config();
    for key in keys() {
        if key.path.contains("[0]") || key.name == "ratio" || (key.path.ends_with("sampler.type")) {
            continue;
        }
        for null in ["", "~", "null"] {
            let config = Setup::yaml(&key.yaml(&format!("{}: {null}", key.name))).config();
            // A plugin that is named and has nothing of its own is as if it were not named.
            if !key.path.contains(".catalog") {
                assert_eq!(config, default, "{}: {null}", key.path);
            }
        }
    }
}

#[test]
fn a_duplicate_key_is_refused() {
    for key in keys() {
        let twice = format!("{0}:\n{1:2$}{0}:", key.name, "", key.column - 1);
        let (errors, _) = explain_relative(&Setup::yaml(&key.yaml(&twice)));
        assert_eq!(
            errors,
            [format!(
                "app-config.yaml:{}:{}: duplicate key `{}`, first at app-config.yaml:{}:{}",
                key.line + 1,
                key.column,
                key.name,
                key.line,
                key.column
            )]
        );
    }
}

#[test]
fn a_mistyped_key_is_refused_with_the_nearest() {
    for key in keys() {
        // Of a section that other programs share, only a notice can be given.
        let free = ["backend", "backend.metrics", "backend.tracing"].contains(&key.path.as_str());
        if key.path == "telemetry" || free {
            continue;
        }
        let mistyped = format!("{}x", key.name);
        let (errors, _) = explain_relative(&Setup::yaml(&key.yaml(&format!("{mistyped}: 1"))));
        let named: Vec<&String> = errors.iter().filter(|error| error.contains(&mistyped)).collect();
        let [error] = named.as_slice() else { panic!("{}: {errors:#?}", key.path) };
        let place = format!("app-config.yaml:{}:{}: {}x: ", key.line, key.column, key.path);
        assert!(error.starts_with(&place), "{error}");
        assert!(error.contains("unknown") && error.contains(&format!("nearest: `{}`", key.name)), "{error}");
    }
}

/// A value that a variable gives may be a secret, whatever key it stands under, right or wrong.
#[test]
fn what_a_reference_stands_for_is_never_shown() {
    for key in keys() {
        for secret in ["canary", "/canary", "http://canary", "http://user:canary@host", "-canary-"] {
            let value = if rules(&key.schema).iter().any(|rule| has_type(rule, "array")) {
                "[ '${SECRET}' ]"
            } else {
                "${SECRET}"
            };
            let setup = Setup::yaml(&key.yaml(&format!("{}: {value}", key.name))).variable("SECRET", secret);
            let (errors, explanation) = explain_relative(&setup);
            let notices: String =
                explain(&setup.sources()).notices().iter().map(ToString::to_string).collect();
            for text in errors.iter().chain([&explanation, &notices]) {
                assert!(!text.contains("canary"), "{}: {text}", key.path);
            }
        }
    }
}
