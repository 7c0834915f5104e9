//! `telemetry.tracing`

use super::super::draft::Draft;
use super::super::exporters::Exporters;
use super::super::json::Json;
use super::super::keys::{Key, Kind, Secrecy, Section, Shown, keys};
use super::super::kinds::{
    Choice, Choices, Count, Leaf, Millis, Optional, Switch, TimeoutMillis, or_elsewhere,
};
use super::super::otlp::Signal;
use super::super::read::{Object, Value, join};
use super::super::schema::{
    BatchConfig, ContextMode, ExceptionSignal, PropagatorConfig, SamplerConfig, SpanLimits,
};

pub(super) const TRACING: &[Key<Draft>] = keys!(Draft {
    /// Whether spans are recorded.
    "enabled" => .config.telemetry.tracing.enabled: Switch;
    /// Which traces are recorded.
    "sampler" => .config.telemetry.tracing.sampler: Sampler;
    /// How spans wait for their export.
    "batch" => .config.telemetry.tracing.batch: Section::checked(BATCH, check_batch);
    /// What one span holds.
    "limits" => .config.telemetry.tracing.limits: Section::of(LIMITS);
    /// How context passes between processes.
    "propagators" => .config.telemetry.tracing.propagators: Choices(Choice(PROPAGATORS));
    /// Where the exception of a failed span is recorded: as its event, as a log record (`logs`), as both (`logs/dup`).
    "exceptions" => .config.telemetry.tracing.exceptions: Choice(EXCEPTIONS);
    /// How `opentelemetry::Context` shows spans: `observed`; `eager` with a context for each span; `permanent` with one that stays
    /// attached to a thread; or `lean` without any.
    "context" => .config.telemetry.tracing.context: Choice(CONTEXTS);
    /// Where spans go; several at once. Without the list: wherever `OTEL_EXPORTER_OTLP_ENDPOINT` points, else nowhere.
    "exporters" => .span_exporters: Exporters(Signal::Traces);
});

const BATCH: &[Key<BatchConfig>] = keys!(BatchConfig {
    /// Spans that wait; more are dropped and counted.
    "maxQueueSize" => .max_queue_size: Count(1..=10_000_000);
    /// Spans in one export, at most what the queue holds.
    "maxExportBatchSize" => .max_export_batch_size: Count(1..=10_000_000);
    /// How long a span waits for a batch to fill.
    "scheduleDelayMillis" => .schedule_delay: Millis;
    /// The limit for one export; 0 is no limit.
    "exportTimeoutMillis" => .export_timeout: TimeoutMillis;
});

fn check_batch(section: &Object<'_>, batch: &BatchConfig) {
    if let Some(size) = section.right("maxExportBatchSize")
        && batch.max_export_batch_size > batch.max_queue_size
    {
        size.problem(format_args!("must not be more than `maxQueueSize`, {}", batch.max_queue_size));
    }
}

const LIMITS: &[Key<SpanLimits>] = keys!(SpanLimits {
    /// Attributes of a span.
    "attributeCountLimit" => .attributes: Count(0..=1_000_000);
    /// Characters of an attribute's text; unset is no limit.
    "attributeValueLengthLimit" => .attribute_value_length: Optional(Count(0..=u32::MAX));
    /// Events of a span.
    "eventCountLimit" => .events: Count(0..=1_000_000);
    /// Links of a span.
    "linkCountLimit" => .links: Count(0..=1_000_000);
    /// Attributes of an event.
    "eventAttributeCountLimit" => .event_attributes: Count(0..=1_000_000);
    /// Attributes of a link.
    "linkAttributeCountLimit" => .link_attributes: Count(0..=1_000_000);
});

/// The propagators by name.
pub(in super::super) const PROPAGATORS: &[(&str, PropagatorConfig)] =
    &[("tracecontext", PropagatorConfig::TraceContext), ("baggage", PropagatorConfig::Baggage)];

const EXCEPTIONS: &[(&str, ExceptionSignal)] = &[
    ("events", ExceptionSignal::SpanEvents),
    ("logs", ExceptionSignal::Logs),
    ("logs/dup", ExceptionSignal::Both),
];

const CONTEXTS: &[(&str, ContextMode)] = &[
    ("observed", ContextMode::Observed),
    ("eager", ContextMode::Eager),
    ("permanent", ContextMode::Permanent),
    ("lean", ContextMode::Lean),
];

/// The samplers by name; the ratio is filled in where there is one.
pub(in super::super) const SAMPLERS: &[(&str, SamplerConfig)] = &[
    ("always_on", SamplerConfig::AlwaysOn),
    ("always_off", SamplerConfig::AlwaysOff),
    ("traceidratio", SamplerConfig::TraceIdRatio(1.0)),
    ("parentbased_always_on", SamplerConfig::ParentBasedAlwaysOn),
    ("parentbased_always_off", SamplerConfig::ParentBasedAlwaysOff),
    ("parentbased_traceidratio", SamplerConfig::ParentBasedTraceIdRatio(1.0)),
];

/// `sampler` with `ratio`; `None` where it takes none.
pub(in super::super) fn with_ratio(sampler: SamplerConfig, ratio: f64) -> Option<SamplerConfig> {
    match sampler {
        SamplerConfig::TraceIdRatio(_) => Some(SamplerConfig::TraceIdRatio(ratio)),
        SamplerConfig::ParentBasedTraceIdRatio(_) => Some(SamplerConfig::ParentBasedTraceIdRatio(ratio)),
        _ => None,
    }
}

fn ratio(sampler: SamplerConfig) -> Option<f64> {
    match sampler {
        SamplerConfig::TraceIdRatio(ratio) | SamplerConfig::ParentBasedTraceIdRatio(ratio) => Some(ratio),
        _ => None,
    }
}

/// `type`, and `ratio` where the type takes one.
struct Sampler;

impl Sampler {
    fn parse(value: &Value<'_>, object: &Object<'_>) -> Option<SamplerConfig> {
        let ratio = object.get("ratio");
        let Some(kind) = object.get("type") else {
            value.problem("`type` is missing");
            return None;
        };
        let sampler = kind.choice(SAMPLERS)?;
        kind.found();
        let Some(ratio) = ratio else { return Some(sampler) };
        let number = ratio.decimal(0.0..=1.0)?;
        let with_ratio = with_ratio(sampler, number);
        match with_ratio {
            Some(_) => ratio.found(),
            None => ratio.problem(format_args!("the sampler {} takes no ratio", kind.got())),
        }
        with_ratio
    }
}

impl Kind<SamplerConfig> for Sampler {
    fn read(&self, value: &Value<'_>, target: &mut SamplerConfig) {
        if let Some(Some(sampler)) = value.object(|object| Self::parse(value, object)) {
            *target = sampler;
        }
    }

    fn schema(&self, default: &SamplerConfig) -> Json {
        let names = SAMPLERS.iter().map(|(name, _)| Json::text(*name)).collect();
        let number = Json::object([("type", Json::text("number"))]);
        let ratio = number.with("minimum", Json::number(0)).with("maximum", Json::number(1));
        let kind = or_elsewhere(Json::object([("enum", Json::List(names))]))
            .with("default", kind_name(*default))
            .with("description", Json::text("Which traces, and whether the decision of the caller holds."));
        let ratio = or_elsewhere(ratio).with(
            "description",
            Json::text("The part of all traces, of a sampler with `traceidratio` in its name."),
        );
        Json::object([
            ("type", Json::List(vec![Json::text("object"), Json::text("null")])),
            ("properties", Json::object([("type", kind), ("ratio", ratio)])),
            ("required", Json::List(vec![Json::text("type")])),
            ("additionalProperties", Json::Boolean(false)),
        ])
    }

    fn show(&self, path: &str, target: &SamplerConfig) -> Shown {
        let show = |key: &str, value| {
            (key.to_owned(), Shown::Value { path: join(path, key), value, secrecy: Secrecy::Open })
        };
        let ratio = ratio(*target).map(|ratio| show("ratio", Json::number(ratio)));
        Shown::Map([show("type", kind_name(*target))].into_iter().chain(ratio).collect())
    }
}

fn kind_name(sampler: SamplerConfig) -> Json {
    let comparable = with_ratio(sampler, 1.0).unwrap_or(sampler);
    Choice(SAMPLERS).json(&comparable)
}
