//! OpenTelemetry's environment variables, and the toolkit's own `TELEMETRY_*`: all of them in one list.
//!
//! A value that cannot be used is one notice, and what the files or the defaults say holds; so the specification asks,
//! and so a typing mistake in a deployment does not stop the program.

mod otlp;
mod special;

use std::fmt::Display;

use super::draft::Draft;
use super::env::Environment;
use super::findings::Findings;
use super::node::{Node, Origin, Scalar, Value as NodeValue};
use super::read::Value;
use super::sections;

/// What a variable is for.
enum Effect {
    /// It sets the key of `app-config.yaml`, as a file would.
    Key(&'static str),
    /// It has a form of its own.
    Special(fn(&Variable<'_>, &mut Draft)),
    /// It has no effect here, for this reason, unless its value is one of these, which ask for nothing.
    Unused(&'static str, &'static [&'static str]),
}
use Effect::{Key, Special, Unused};

/// A program may export logs (`Telemetry::logger_provider`), and nothing of its own says where they go.
const LOGS: &str = "logs, where a program exports them, go where its spans go";
const LOG_BATCHES: &str = "the SDK reads it, where a program exports logs";
const LOG_LIMITS: &str = "logs have no limits";

/// All variables but the ones of OTLP exporters, which stand in [`otlp`]. Of several that set the same, the last wins.
const VARIABLES: &[(&str, Effect)] = &[
    ("TELEMETRY_ENABLED", Key("telemetry.enabled")),
    ("OTEL_SDK_DISABLED", Special(special::disabled)),
    ("TELEMETRY_SERVICE_NAME", Key("telemetry.resource.serviceName")),
    ("OTEL_RESOURCE_ATTRIBUTES", Special(special::resource_attributes)),
    ("OTEL_SERVICE_NAME", Key("telemetry.resource.serviceName")),
    ("OTEL_METRIC_EXPORT_INTERVAL", Key("telemetry.metrics.collection.exportIntervalMillis")),
    ("OTEL_METRIC_EXPORT_TIMEOUT", Key("telemetry.metrics.collection.exportTimeoutMillis")),
    ("OTEL_METRICS_EXPORTER", Special(special::metric_exporters)),
    ("TELEMETRY_METRIC_READER", Special(special::metric_readers)),
    ("TELEMETRY_METRICS", Special(special::metrics)),
    ("TELEMETRY_PROMETHEUS_SERVER", Special(special::prometheus_server)),
    ("TELEMETRY_PROMETHEUS_PORT", Special(special::prometheus_port)),
    ("OTEL_EXPORTER_PROMETHEUS_HOST", Special(special::prometheus_host)),
    ("OTEL_EXPORTER_PROMETHEUS_PORT", Special(special::prometheus_port)),
    ("OTEL_METRICS_EXEMPLAR_FILTER", Key("telemetry.metrics.exemplarFilter")),
    ("OTEL_TRACES_SAMPLER", Special(special::sampler)),
    ("OTEL_TRACES_SAMPLER_ARG", Special(special::sampler_argument)),
    ("OTEL_BSP_SCHEDULE_DELAY", Key("telemetry.tracing.batch.scheduleDelayMillis")),
    ("OTEL_BSP_EXPORT_TIMEOUT", Key("telemetry.tracing.batch.exportTimeoutMillis")),
    ("OTEL_BSP_MAX_QUEUE_SIZE", Key("telemetry.tracing.batch.maxQueueSize")),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", Special(special::batch_size)),
    ("OTEL_BSP_MAX_CONCURRENT_EXPORTS", Unused("batches are exported one after another", &["1"])),
    // A general limit holds where the span's own variable is not set.
    ("OTEL_ATTRIBUTE_COUNT_LIMIT", Key("telemetry.tracing.limits.attributeCountLimit")),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", Key("telemetry.tracing.limits.attributeCountLimit")),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", Key("telemetry.tracing.limits.attributeValueLengthLimit")),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", Key("telemetry.tracing.limits.attributeValueLengthLimit")),
    ("OTEL_SPAN_EVENT_COUNT_LIMIT", Key("telemetry.tracing.limits.eventCountLimit")),
    ("OTEL_SPAN_LINK_COUNT_LIMIT", Key("telemetry.tracing.limits.linkCountLimit")),
    ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", Key("telemetry.tracing.limits.eventAttributeCountLimit")),
    ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", Key("telemetry.tracing.limits.linkAttributeCountLimit")),
    ("OTEL_PROPAGATORS", Special(special::propagators)),
    ("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", Special(special::exceptions)),
    ("OTEL_TRACES_EXPORTER", Special(special::span_exporters)),
    ("TELEMETRY_TRACE_PROCESSOR", Special(special::trace_processors)),
    ("OTEL_LOGS_EXPORTER", Unused(LOGS, &["none", "otlp"])),
    ("OTEL_BLRP_SCHEDULE_DELAY", Unused(LOG_BATCHES, &[])),
    ("OTEL_BLRP_EXPORT_TIMEOUT", Unused(LOG_BATCHES, &[])),
    ("OTEL_BLRP_MAX_QUEUE_SIZE", Unused(LOG_BATCHES, &[])),
    ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", Unused(LOG_BATCHES, &[])),
    ("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", Unused(LOG_LIMITS, &[])),
    ("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", Unused(LOG_LIMITS, &[])),
    (
        "OTEL_LOG_LEVEL",
        Unused("problems are always reported, to the hook of the program or to standard error", &[]),
    ),
    ("OTEL_ENTITIES", Unused("a resource is not made of entities here; use `OTEL_RESOURCE_ATTRIBUTES`", &[])),
];

/// The variables that choose a file of OpenTelemetry's own format.
pub(super) const CONFIG_FILE: &[&str] = &["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"];

/// The names of the variables that are known and set.
pub(super) fn set(environment: &Environment) -> impl Iterator<Item = String> {
    names().into_iter().filter(|name| environment.get(name) != Ok(None))
}

/// The names of all variables that are known.
pub(super) fn names() -> Vec<String> {
    let listed = VARIABLES.iter().map(|(name, _)| (*name).to_owned());
    listed.chain(otlp::names()).chain(CONFIG_FILE.iter().map(|name| (*name).to_owned())).collect()
}

/// Lays the variables over what the files say.
pub(super) fn read(environment: &Environment, draft: &mut Draft, findings: &Findings) {
    let variables = Variables { environment, findings };
    for (name, effect) in VARIABLES {
        let Some(variable) = variables.get(name) else { continue };
        match effect {
            Key(path) => variable.set(path, draft),
            Special(read) => read(&variable, draft),
            Unused(_, harmless) if harmless.contains(&variable.text()) => {}
            Unused(reason, _) => variable.notice(format_args!("has no effect here: {reason}")),
        }
    }
    otlp::read(&variables, draft);
    variables.mistyped();
}

struct Variables<'a> {
    environment: &'a Environment,
    findings: &'a Findings,
}

impl<'a> Variables<'a> {
    /// The variable where it is set. One that is not text counts as unset.
    fn get(&self, name: &str) -> Option<Variable<'a>> {
        let Self { environment, findings } = *self;
        let Ok(text) = environment.get(name) else {
            findings.notice(format!("{name}: not UTF-8 text; the value is ignored"));
            return None;
        };
        let text = text?;
        let value = Scalar { text: text.to_owned(), plain: false, written: None };
        let node = Node { origin: Origin::Variable(name.into()), value: NodeValue::Scalar(value) };
        Some(Variable { environment, findings, name: name.to_owned(), node })
    }
}

impl Variables<'_> {
    /// A name that is almost one of ours would be lost without a word. All others belong to other programs.
    fn mistyped(&self) {
        let known = names();
        for prefix in ["OTEL_", "TELEMETRY_"] {
            for rest in self.environment.names_after(prefix) {
                let name = format!("{prefix}{rest}");
                if known.contains(&name) {
                    continue;
                }
                if let Some(near) = telemetry_naming::nearest(&name, known.iter().map(String::as_str)) {
                    self.findings.notice(format!("{name}: not a variable that is read (nearest: `{near}`)"));
                }
            }
        }
    }
}

/// A variable that is set.
struct Variable<'a> {
    environment: &'a Environment,
    findings: &'a Findings,
    name: String,
    node: Node,
}

impl Variable<'_> {
    fn text(&self) -> &str {
        match &self.node.value {
            NodeValue::Scalar(scalar) => &scalar.text,
            // It was made as a scalar.
            NodeValue::Sequence(_) | NodeValue::Mapping(_) => "",
        }
    }

    /// The text as the value of the key `path`; a mistake in it is one notice.
    fn value(&self, path: &str) -> Value<'_> {
        Value::of(&self.node, String::new(), self.findings).lenient().setting(path)
    }

    /// Reads the text as the one of the key `path`.
    fn set(&self, path: &str, draft: &mut Draft) {
        sections::set(path, &self.value(path), draft);
    }

    /// The key `path` is set by this variable.
    fn found(&self, path: &str) {
        self.value(path).found();
    }

    fn ignored(&self, text: impl Display) {
        self.notice(format_args!("{text}; the value is ignored"));
    }

    /// Reports a mistake that stops the start.
    fn refused(&self, text: impl Display) {
        self.findings.error_at(&self.node.origin, &text.to_string());
    }

    fn notice(&self, text: impl Display) {
        self.findings.notice(format!("{}: {text}", self.name));
    }
}
