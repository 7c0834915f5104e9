//! OpenTelemetry's declarative configuration (schema 1.x), from the file that `OTEL_CONFIG_FILE` names.
//!
//! Its keys set the ones of `app-config.yaml`, through the same table, so both are checked and explained alike. A part of
//! the schema that has no counterpart here is a notice; a key that the schema does not have is a mistake.

mod exporter;
mod meter;
mod resource;
mod substitute;
mod tracer;
mod views;

use std::path::Path;
use std::sync::Arc;

use super::draft::Draft;
use super::env::{Environment, NotUnicode};
use super::file;
use super::findings::{Findings, Source};
use super::node::Origin;
use super::read::{Object, Value};
use super::sections::{self, PROPAGATORS};
use super::variables::CONFIG_FILE;
use super::{list, variables};

/// The newest minor version of the schema that is known.
const NEWEST_MINOR: u32 = 1;

/// The variable that is set, and the file that it names, which is missing where that is reported already. The older variable
/// is deprecated.
pub(super) fn chosen<'a>(
    environment: &'a Environment,
    findings: &Findings,
) -> Option<(&'static str, Option<&'a Path>)> {
    for name in CONFIG_FILE {
        match environment.get(name) {
            Ok(None) => {}
            Ok(Some(path)) => {
                if *name != CONFIG_FILE[0] {
                    findings.notice(format!("{name}: deprecated; use `{}`", CONFIG_FILE[0]));
                }
                return Some((name, Some(Path::new(path))));
            }
            // Which file was meant cannot be guessed, and another configuration is not what was asked for.
            Err(NotUnicode) => {
                findings.error_at(&Origin::Variable((*name).into()), "not UTF-8 text");
                return Some((name, None));
            }
        }
    }
    None
}

/// Reads the file; `name` is the variable that names it.
pub(super) fn read(
    name: &str,
    path: &Path,
    environment: &Environment,
    draft: &mut Draft,
    findings: &Findings,
) {
    let place = Origin::Variable(name.into());
    let extension = path.extension().and_then(|extension| extension.to_str());
    if !matches!(extension, Some("yaml" | "yml")) {
        return findings.error_at(&place, "expected a .yaml or .yml file");
    }
    let text = match file::read(path) {
        Ok(text) => text,
        Err(error) => return findings.error_at(&place, &format!("{} {error}", path.display())),
    };
    let file_name: Arc<str> = path.display().to_string().into();
    let root = match file::parse(&file_name, &text) {
        Ok(root) => root,
        Err(error) => return findings.error_at(&error.origin, &error.text),
    };
    let Some(root) = root.filter(|root| !root.is_null()) else {
        return findings.error_in(&file_name, "`file_format` is missing");
    };
    // A wrong reference leaves nothing to be read.
    let Some((root, used)) = substitute::resolve(root, environment, findings) else { return };
    let ignored: Vec<String> = variables::set(environment)
        .filter(|variable| !CONFIG_FILE.contains(&variable.as_str()) && !used.contains(variable))
        .collect();
    if !ignored.is_empty() {
        findings
            .notice(format!("{name}: replaces other variables, which are not read: {}", ignored.join(", ")));
    }
    Value::root(&root, findings).object(|object| everything(object, draft));
}

fn everything(root: &Object<'_>, draft: &mut Draft) {
    match root.get("file_format") {
        Some(format) => file_format(&format),
        None => root.problem("`file_format` is missing"),
    }
    if let Some(value) = root.get("disabled").filter(boolean)
        && let Some(disabled) = value.boolean()
    {
        draft.config.telemetry.enabled = !disabled;
        value.setting("telemetry.enabled").found();
    }
    if let Some(resource) = root.get("resource") {
        resource.object(|object| resource::read(object, draft));
    }
    if let Some(limits) = root.get("attribute_limits") {
        limits.object(|object| tracer::attribute_limits(object, draft));
    }
    // What the file leaves out does nothing, by the specification.
    draft.config.telemetry.tracing.propagators.clear();
    off(root, "propagator", "telemetry.tracing.propagators");
    if let Some(propagator) = root.get("propagator") {
        propagator.object(|object| propagators(object, draft));
    }
    draft.span_exporters.listed = Some(Vec::new());
    if let Some(provider) = root.get("tracer_provider") {
        provider.object(|object| tracer::read(object, draft));
    } else {
        draft.config.telemetry.tracing.enabled = false;
        off(root, "tracer_provider", "telemetry.tracing.enabled");
    }
    draft.metric_exporters.listed = Some(Vec::new());
    if let Some(provider) = root.get("meter_provider") {
        provider.object(|object| meter::read(object, draft));
    } else {
        draft.config.telemetry.metrics.enabled = false;
        off(root, "meter_provider", "telemetry.metrics.enabled");
    }
    unused(root, "logger_provider", "logs, where a program exports them, go where its spans go");
    unused(
        root,
        "log_level",
        "problems are always reported, to the hook of the program or to standard error",
    );
    unused(root, "instrumentation/development", "use `telemetry.instrumentations` of `app-config.yaml`");
    unused(root, "distribution", "there is nothing in it for this toolkit");
}

/// The key `sets` is decided by the file, because it does not have `key`.
fn off(root: &Object<'_>, key: &'static str, sets: &str) {
    if root.get(key).is_none() {
        root.findings().found(sets, Source { origin: root.place().clone(), reference: None });
    }
}

fn file_format(value: &Value<'_>) {
    let Some(text) = value.text() else { return };
    let (version, candidate) =
        text.split_once('-').map_or((text.as_str(), false), |(version, _)| (version, true));
    let parsed = version
        .split_once('.')
        .and_then(|(major, minor)| Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?)));
    match parsed {
        Some((1, minor)) if minor > NEWEST_MINOR => {
            value.key_notice(format_args!("newer than 1.{NEWEST_MINOR}, the newest that is known here"));
        }
        Some((1, _)) if candidate => value.key_notice("a release candidate, whose keys may differ"),
        Some((1, _)) => {}
        _ => value.problem(format_args!("expected \"1.0\" or \"1.1\", got {}", value.got())),
    }
}

/// Context propagation: `composite` first, then what `composite_list` adds.
fn propagators(section: &Object<'_>, draft: &mut Draft) {
    let propagators = &mut draft.config.telemetry.tracing.propagators;
    let mut add = |value: &Value<'_>, name: &str, got: &str| {
        match PROPAGATORS.iter().find(|(known, _)| *known == name) {
            Some((_, propagator)) if propagators.contains(propagator) => {}
            Some((_, propagator)) => propagators.push(*propagator),
            // Others' formats are for code that registers them; here nobody can.
            None if matches!(name, "b3" | "b3multi" | "jaeger" | "ottrace" | "xray") => {
                value.key_notice(format_args!("`{name}` is not known here and is left out"));
            }
            None => {
                let known: Vec<&str> = PROPAGATORS.iter().map(|(name, _)| *name).collect();
                let near = super::read::known(name, &known);
                value.problem(format_args!("unknown propagator, got {got} ({near})"));
            }
        }
        value.setting("telemetry.tracing.propagators").found();
    };
    for element in section.get("composite").and_then(|value| value.list()).unwrap_or_default() {
        if element.is_mapping() {
            for name in element.keys() {
                add(&element, name, &format!("`{name}`"));
            }
        } else {
            element.problem(format_args!("expected keys and values, got {}", element.got()));
        }
    }
    if let Some(value) = section.get("composite_list")
        && let Some(text) = value.text()
    {
        for name in list::words(&text).filter(|name| *name != "none") {
            add(&value, name, &value.got());
        }
    }
}

/// A part of the schema that has no counterpart here.
fn unused(object: &Object<'_>, key: &'static str, reason: &str) {
    if let Some(value) = object.get(key) {
        value.key_notice(format_args!("has no effect: {reason}"));
    }
}

/// Whether the value is written as a number; that it is in quotes makes it a text.
fn number(value: &Value<'_>) -> bool {
    is_a(value, "number")
}

/// Whether the value is written as a boolean.
fn boolean(value: &Value<'_>) -> bool {
    is_a(value, "boolean")
}

fn is_a(value: &Value<'_>, kind: &str) -> bool {
    let right = value.node().core_type() == Some(kind);
    if !right {
        value.problem(format_args!("expected a {kind}, got {}", value.got()));
    }
    right
}

/// Reads the numbers under `keys`, each as the key of `app-config.yaml` beside it.
fn numbers(object: &Object<'_>, keys: &[(&'static str, &str)], draft: &mut Draft) {
    for (key, path) in keys {
        if let Some(value) = object.get(key).filter(number) {
            sections::set(path, &value, draft);
        }
    }
}
