//! `tracer_provider` and `attribute_limits`

use super::super::draft::Draft;
use super::super::otlp::Signal;
use super::super::read::{Object, Value};
use super::super::schema::SamplerConfig;
use super::{exporter, number, numbers, unused};
use crate::config::sections;

const BATCH: &[(&str, &str)] = &[
    ("schedule_delay", "telemetry.tracing.batch.scheduleDelayMillis"),
    ("export_timeout", "telemetry.tracing.batch.exportTimeoutMillis"),
    ("max_queue_size", "telemetry.tracing.batch.maxQueueSize"),
    ("max_export_batch_size", "telemetry.tracing.batch.maxExportBatchSize"),
];

/// The limits that exist for all signals, too.
const ATTRIBUTE_LIMITS: &[(&str, &str)] = &[
    ("attribute_value_length_limit", "telemetry.tracing.limits.attributeValueLengthLimit"),
    ("attribute_count_limit", "telemetry.tracing.limits.attributeCountLimit"),
];

const SPAN_LIMITS: &[(&str, &str)] = &[
    ("event_count_limit", "telemetry.tracing.limits.eventCountLimit"),
    ("link_count_limit", "telemetry.tracing.limits.linkCountLimit"),
    ("event_attribute_count_limit", "telemetry.tracing.limits.eventAttributeCountLimit"),
    ("link_attribute_count_limit", "telemetry.tracing.limits.linkAttributeCountLimit"),
];

pub(super) fn attribute_limits(section: &Object<'_>, draft: &mut Draft) {
    numbers(section, ATTRIBUTE_LIMITS, draft);
}

pub(super) fn read(section: &Object<'_>, draft: &mut Draft) {
    let Some(processors) = section.get("processors") else {
        return section.problem("`processors` is missing");
    };
    for element in processors.list().unwrap_or_default() {
        element.object(|object| processor(object, draft));
    }
    if let Some(limits) = section.get("limits") {
        limits.object(|object| {
            numbers(object, ATTRIBUTE_LIMITS, draft);
            numbers(object, SPAN_LIMITS, draft);
        });
    }
    if let Some(value) = section.get("sampler") {
        value.object(|object| {
            if let Some(sampler) = sampler(object, &value) {
                draft.config.telemetry.tracing.sampler = sampler;
            }
        });
    }
    unused(section, "tracer_configurator/development", "tracers are not configured one by one");
    unused(section, "id_generator/development", "ids are random");
}

fn processor(element: &Object<'_>, draft: &mut Draft) {
    let Some((kind, value)) = element.variant(&["batch", "simple"]) else { return };
    let Some(value) = value else { return element.problem("`exporter` is missing") };
    value.object(|object| {
        if kind == "batch" {
            batch(object, draft);
        } else {
            value.key_notice("spans are exported in batches, and not one by one");
        }
        exporter::push(object, Signal::Traces, draft);
    });
}

/// One queue serves all exporters, so the first processor's settings hold.
fn batch(section: &Object<'_>, draft: &mut Draft) {
    let first = draft.span_exporters.listed.as_ref().is_none_or(Vec::is_empty);
    for (key, path) in BATCH {
        let Some(value) = section.get(key).filter(number) else { continue };
        if !first {
            value.key_notice("one queue serves all exporters; what the first processor says holds");
        } else if *key == "schedule_delay" && value.is_zero() {
            value.key_notice("a batch waits for at least a millisecond");
            draft.config.telemetry.tracing.batch.schedule_delay = std::time::Duration::from_millis(1);
            value.setting(*path).found();
        } else {
            sections::set(path, &value, draft);
        }
    }
    let batch = &draft.config.telemetry.tracing.batch;
    if let Some(size) = section.get("max_export_batch_size").filter(|_| first)
        && size.is_found_at("telemetry.tracing.batch.maxExportBatchSize")
        && batch.max_export_batch_size > batch.max_queue_size
    {
        size.problem(format_args!("must not be more than `max_queue_size`, {}", batch.max_queue_size));
    }
}

const TYPE: &str = "telemetry.tracing.sampler.type";
const RATIO: &str = "telemetry.tracing.sampler.ratio";

const SAMPLERS: &[&str] = &[
    "always_on",
    "always_off",
    "trace_id_ratio_based",
    "parent_based",
    "jaeger_remote/development",
    "probability/development",
    "composite/development",
];

fn sampler(object: &Object<'_>, value: &Value<'_>) -> Option<SamplerConfig> {
    let (kind, inner) = object.variant(SAMPLERS)?;
    if kind == "parent_based" {
        let root = match inner {
            None => SamplerConfig::AlwaysOn,
            Some(inner) => inner.object(|object| parent_based(object))??,
        };
        value.setting(TYPE).found();
        return Some(match root {
            SamplerConfig::AlwaysOff => SamplerConfig::ParentBasedAlwaysOff,
            SamplerConfig::TraceIdRatio(ratio) => SamplerConfig::ParentBasedTraceIdRatio(ratio),
            _ => SamplerConfig::ParentBasedAlwaysOn,
        });
    }
    let sampler = simple(kind, inner.as_ref())?;
    value.setting(TYPE).found();
    Some(sampler)
}

/// A sampler that does not ask for the parent's decision; others have no counterpart here.
fn simple(kind: &str, value: Option<&Value<'_>>) -> Option<SamplerConfig> {
    if let ("always_on" | "always_off", Some(value)) = (kind, value) {
        value.object(|_| ());
    }
    match (kind, value) {
        ("always_on", _) => Some(SamplerConfig::AlwaysOn),
        ("always_off", _) => Some(SamplerConfig::AlwaysOff),
        ("trace_id_ratio_based", None) => Some(SamplerConfig::TraceIdRatio(1.0)),
        ("trace_id_ratio_based", Some(value)) => value.object(|object| {
            let Some(ratio) = object.get("ratio") else { return Some(SamplerConfig::TraceIdRatio(1.0)) };
            let number = Some(&ratio).filter(|ratio| number(ratio))?.decimal(0.0..=1.0)?;
            ratio.setting(RATIO).found();
            Some(SamplerConfig::TraceIdRatio(number))
        })?,
        (_, value) => {
            if let Some(value) = value {
                value.key_notice(
                    "this sampler does not exist here; all traces are sampled unless the caller's was not",
                );
            }
            None
        }
    }
}

/// The sampler of roots. What is done with a parent's decision is what the specification does by default.
fn parent_based(object: &Object<'_>) -> Option<SamplerConfig> {
    for (key, default) in [
        ("remote_parent_sampled", "always_on"),
        ("remote_parent_not_sampled", "always_off"),
        ("local_parent_sampled", "always_on"),
        ("local_parent_not_sampled", "always_off"),
    ] {
        if let Some(value) = object.get(key)
            && value
                .object(|object| object.variant(SAMPLERS))
                .flatten()
                .is_some_and(|(kind, _)| kind != default)
        {
            value.key_notice(format_args!("has no effect: a parent's decision holds, as with `{default}`"));
        }
    }
    let Some(root) = object.get("root") else { return Some(SamplerConfig::AlwaysOn) };
    root.object(|object| {
        let (kind, inner) = object.variant(SAMPLERS)?;
        simple(kind, inner.as_ref())
    })?
}
