//! The sections of `app-config.yaml`: `telemetry`, `backend.metrics` and `backend.tracing`. Every key stands here once.

mod backend;
mod instrumentations;
mod metrics;
mod tracing;
pub(super) mod views;

pub(super) use tracing::{PROPAGATORS, SAMPLERS, with_ratio};

use self::instrumentations::Instrumentations;
use super::draft::Draft;
use super::findings::Findings;
use super::json::Json;
use super::keys::{Key, Kind, Secrecy, Section, Shown, keys};
use super::kinds::{Choice, Leaf, MapOf, Millis, Optional, Switch, Text};
use super::node::Node;
use super::read::Value;
use super::registered::RegisteredNames;
use super::schema::{ResourceConfig, ShutdownConfig, SignalAction};

/// All sections that are read.
const ROOT: Section<Draft> = Section::shared(keys!(Draft {
    /// What is recorded, and where it goes.
    "telemetry" => : Section::of(TELEMETRY);
    /// Of this section only `metrics` and `tracing` are telemetry's.
    "backend" => .config.backend: Section::shared(backend::BACKEND);
}));

const TELEMETRY: &[Key<Draft>] = keys!(Draft {
    /// Whether anything is recorded and exported.
    "enabled" => .config.telemetry.enabled: Switch;
    /// Who records: the resource that every exporter names.
    "resource" => .config.telemetry.resource: Section::of(RESOURCE);
    /// Metrics.
    "metrics" => : Section::of(metrics::METRICS);
    /// Spans.
    "tracing" => : Section::of(tracing::TRACING);
    /// Ready-made instrumentations by name, such as `http`.
    "instrumentations" => : Instrumentations;
    /// How telemetry ends.
    "shutdown" => .config.telemetry.shutdown: Section::of(SHUTDOWN);
});

const SHUTDOWN: &[Key<ShutdownConfig>] = keys!(ShutdownConfig {
    /// What is done on SIGTERM and SIGINT: export and end the process, export only, or nothing.
    "signals" => .signals: Optional(Choice(SIGNAL_ACTIONS));
    /// How long the last export may keep the process.
    "timeoutMillis" => .timeout: Millis;
});

/// What is done on a signal, by name.
const SIGNAL_ACTIONS: &[(&str, SignalAction)] =
    &[("exit", SignalAction::Exit), ("flush", SignalAction::Flush), ("off", SignalAction::Off)];

const RESOURCE: &[Key<ResourceConfig>] = keys!(ResourceConfig {
    /// The attribute `service.name`.
    "serviceName" => .service_name: Text;
    /// The attribute `service.version`.
    "serviceVersion" => .service_version: Optional(Text);
    /// Further attributes, such as `deployment.environment.name`.
    "attributes" => .attributes: MapOf { check: attribute, kind: AttributeText };
});

/// What is wrong with the key of an attribute.
fn attribute(key: &str) -> Result<(), String> {
    match key {
        "service.name" => Err("set `telemetry.resource.serviceName` instead".to_owned()),
        "service.version" => Err("set `telemetry.resource.serviceVersion` instead".to_owned()),
        "" => Err("an attribute needs a key".to_owned()),
        _ => Ok(()),
    }
}

/// The value of an attribute: any scalar, as it is written.
struct AttributeText;

impl Leaf for AttributeText {
    type Value = String;

    fn parse(&self, value: &Value<'_>) -> Option<String> {
        value.plain_text()
    }

    fn json(&self, target: &String) -> Json {
        Json::text(target)
    }

    fn rule(&self) -> Json {
        let types = ["string", "number", "boolean"].map(Json::text);
        Json::object([("type", Json::List(types.into()))])
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}

/// Reads the sections into `draft`; other programs' sections are left alone.
pub(super) fn read(root: &Node, draft: &mut Draft, findings: &Findings) {
    Value::root(root, findings).shared_object(|root| {
        ROOT.read_object(root, draft);
        for (key, origin) in root.unasked() {
            if telemetry_naming::nearest(key, ["telemetry"]).is_some() {
                findings.notice(format!(
                    "{origin}: `{key}` is not a section that is read (nearest: `telemetry`)"
                ));
            }
        }
    });
}

/// Reads `value` as the one of the key `path`.
pub(super) fn set(path: &str, value: &Value<'_>, draft: &mut Draft) {
    let names: Vec<&str> = path.split('.').collect();
    ROOT.read_at(&names, &value.setting(path), draft);
}

/// Everything in effect.
pub(super) fn show(draft: &Draft) -> Vec<(String, Shown)> {
    ROOT.entries("", draft)
}

/// The JSON Schema of `app-config.yaml`.
pub(super) fn schema(names: &RegisteredNames) -> Json {
    let reference = Json::object([("type", Json::text("string")), ("pattern", Json::text("\\$\\{"))]);
    let source = Json::object([
        ("type", Json::text("object")),
        ("minProperties", Json::number(1)),
        ("maxProperties", Json::number(1)),
        ("patternProperties", Json::object([("^\\$(env|file|include)$", Json::object([]))])),
        ("additionalProperties", Json::Boolean(false)),
    ]);
    let null = Json::object([("type", Json::text("null"))]);
    let elsewhere = Json::object([
        ("description", Json::text("A reference to a variable or file, or `null` for the default.")),
        ("anyOf", Json::List(vec![reference, source, null])),
    ]);
    let head = Json::object([
        ("$schema", Json::text("http://json-schema.org/draft-07/schema#")),
        ("title", Json::text("Telemetry in app-config.yaml")),
    ]);
    let Json::Object(body) = ROOT.schema(&Draft::new(names)) else { return head };
    body.into_iter()
        .fold(head, |all, (name, value)| all.with(&name, value))
        .with("$defs", Json::object([("elsewhere", elsewhere), ("switch", Switch::definition())]))
}
