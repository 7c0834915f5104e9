//! The variables that are not written as the key that they set.

use super::super::draft::{Draft, ExportersDraft, chosen_by, environment};
use super::super::exporters::kinds;
use super::super::findings::shown;
use super::super::keys::Kind as _;
use super::super::kinds::{Choice, Leaf as _, Optional, Port, Switch, Text};
use super::super::list;
use super::super::otlp::Signal;
use super::super::read::one_of;
use super::super::schema::ExceptionSignal;
use super::super::sections::{PROPAGATORS, SAMPLERS, with_ratio};
use super::Variable;

/// The specification knows no other spelling of a boolean than `true`, and its default value changes nothing.
pub(super) fn disabled(variable: &Variable<'_>, draft: &mut Draft) {
    match variable.text().to_ascii_lowercase().as_str() {
        "true" => {
            draft.config.telemetry.enabled = false;
            variable.found("telemetry.enabled");
        }
        "false" => {}
        text => variable.ignored(format_args!("expected `true` or `false`, got {}", shown(text))),
    }
}

pub(super) fn resource_attributes(variable: &Variable<'_>, draft: &mut Draft) {
    let resource = &mut draft.config.telemetry.resource;
    match list::attributes(variable.text()) {
        Ok(attributes) => {
            for (key, value) in attributes {
                match key.as_str() {
                    "service.name" => {
                        resource.service_name = value;
                        variable.found("telemetry.resource.serviceName");
                    }
                    "service.version" => {
                        resource.service_version = Some(value);
                        variable.found("telemetry.resource.serviceVersion");
                    }
                    _ => {
                        let path = super::super::read::join("telemetry.resource.attributes", &key);
                        variable.found(&path);
                        resource.attributes.insert(key, value);
                    }
                }
            }
        }
        // The specification discards the variable as a whole.
        Err(entry) => {
            variable.ignored(format_args!("entry {entry} is not `key=value` with percent-encoded UTF-8"));
        }
    }
}

pub(super) fn metric_exporters(variable: &Variable<'_>, draft: &mut Draft) {
    choose(variable, Signal::Metrics, &mut draft.metric_exporters, |text| variable.ignored(text));
}

pub(super) fn span_exporters(variable: &Variable<'_>, draft: &mut Draft) {
    choose(variable, Signal::Traces, &mut draft.span_exporters, |text| variable.ignored(text));
}

/// An unknown name in the toolkit's own variables is a mistake and not a notice: the list is all that runs, so that what
/// it misspells would be lost.
pub(super) fn metric_readers(variable: &Variable<'_>, draft: &mut Draft) {
    choose(variable, Signal::Metrics, &mut draft.metric_exporters, |text| variable.refused(text));
}

/// As [`metric_readers`].
pub(super) fn trace_processors(variable: &Variable<'_>, draft: &mut Draft) {
    choose(variable, Signal::Traces, &mut draft.span_exporters, |text| variable.refused(text));
}

/// Takes the exporters that a variable lists. One without a known word is a mistake and chooses nothing.
fn choose(variable: &Variable<'_>, signal: Signal, exporters: &mut ExportersDraft, wrong: impl Fn(String)) {
    let known = kinds(signal, &exporters.registered);
    let mut chosen = Vec::new();
    let mut none = false;
    for word in list::words(variable.text()) {
        match known.iter().find(|(kind, _)| *kind == word) {
            Some((_, kind)) if chosen.contains(kind) => {}
            Some((_, kind)) => chosen.push(*kind),
            None if word == "none" => none = true,
            None => {
                let names: Vec<&str> = known.iter().map(|(kind, _)| *kind).chain(["none"]).collect();
                let near = telemetry_naming::nearest(word, names.iter().copied());
                let hint = near.map(|near| format!(" (nearest: `{near}`)")).unwrap_or_default();
                wrong(format!("expected {}, got {}{hint}", one_of(&names), shown(word)));
            }
        }
    }
    if none {
        chosen.clear();
        variable.found(match signal {
            Signal::Metrics => "telemetry.metrics.exporters",
            Signal::Traces => "telemetry.tracing.exporters",
        });
    }
    if none || !chosen.is_empty() {
        exporters.chosen = Some(chosen);
        variable.found(&chosen_by(signal));
    }
}

/// Patterns with commas. Commas alone say as little as an empty variable.
pub(super) fn metrics(variable: &Variable<'_>, draft: &mut Draft) {
    let patterns: Vec<String> = list::words(variable.text()).map(str::to_owned).collect();
    if !patterns.is_empty() {
        draft.config.telemetry.metrics.include = patterns;
        variable.found("telemetry.metrics.include");
    }
}

pub(super) fn prometheus_server(variable: &Variable<'_>, draft: &mut Draft) {
    let mut runs = true;
    Switch.read(&variable.value("telemetry.metrics.exporters"), &mut runs);
    draft.metric_exporters.without_prometheus = !runs;
}

pub(super) fn prometheus_host(variable: &Variable<'_>, draft: &mut Draft) {
    let path = format!("{}.host", environment(Signal::Metrics));
    Optional(Text).read(&variable.value(&path), &mut draft.metric_exporters.prometheus.host);
}

pub(super) fn prometheus_port(variable: &Variable<'_>, draft: &mut Draft) {
    let path = format!("{}.port", environment(Signal::Metrics));
    Optional(Port).read(&variable.value(&path), &mut draft.metric_exporters.prometheus.port);
}

pub(super) fn sampler(variable: &Variable<'_>, draft: &mut Draft) {
    let path = "telemetry.tracing.sampler.type";
    Choice(SAMPLERS).read(&variable.value(path), &mut draft.config.telemetry.tracing.sampler);
}

/// It belongs to the variable before it, and not to a sampler that a file names.
pub(super) fn sampler_argument(variable: &Variable<'_>, draft: &mut Draft) {
    let named = variable.environment.get("OTEL_TRACES_SAMPLER").ok().flatten();
    let named = named.and_then(|text| SAMPLERS.iter().find(|(name, _)| *name == text));
    let Some((_, sampler)) = named else {
        return variable.ignored("`OTEL_TRACES_SAMPLER` does not name a sampler that takes it");
    };
    let ratio = variable.text().parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    let Some(with_ratio) = with_ratio(*sampler, ratio.unwrap_or(1.0)) else {
        return variable.ignored("the sampler takes no argument");
    };
    if ratio.is_none() {
        let got = shown(variable.text());
        variable.notice(format_args!("expected a ratio (0 to 1), got {got}; 1 is used"));
    }
    draft.config.telemetry.tracing.sampler = with_ratio;
    variable.found("telemetry.tracing.sampler.ratio");
}

/// A batch that is larger than the queue is cut to it, and not refused as in a file.
pub(super) fn batch_size(variable: &Variable<'_>, draft: &mut Draft) {
    variable.set("telemetry.tracing.batch.maxExportBatchSize", draft);
    let batch = &mut draft.config.telemetry.tracing.batch;
    if batch.max_export_batch_size > batch.max_queue_size {
        variable.notice(format_args!(
            "{} is more than the queue holds; {} is used",
            batch.max_export_batch_size, batch.max_queue_size
        ));
        batch.max_export_batch_size = batch.max_queue_size;
    }
}

pub(super) fn propagators(variable: &Variable<'_>, draft: &mut Draft) {
    let mut propagators = Vec::new();
    for word in list::words(variable.text()) {
        match PROPAGATORS.iter().find(|(name, _)| *name == word) {
            Some((_, propagator)) if propagators.contains(propagator) => {}
            Some((_, propagator)) => propagators.push(*propagator),
            None if word == "none" => {
                draft.config.telemetry.tracing.propagators.clear();
                return variable.found("telemetry.tracing.propagators");
            }
            None => variable.ignored(format_args!(
                "{} is not known (known: `tracecontext`, `baggage`, `none`)",
                shown(word)
            )),
        }
    }
    // A list without one known word is a mistake, not the wish for no propagation, which is spelled `none`.
    if !propagators.is_empty() {
        draft.config.telemetry.tracing.propagators = propagators;
        variable.found("telemetry.tracing.propagators");
    }
}

/// The specification's words for logs; events are what holds without the variable.
pub(super) fn exceptions(variable: &Variable<'_>, draft: &mut Draft) {
    const SIGNALS: &[(&str, ExceptionSignal)] =
        &[("logs", ExceptionSignal::Logs), ("logs/dup", ExceptionSignal::Both)];
    let value = variable.value("telemetry.tracing.exceptions");
    if let Some(signal) = Choice(SIGNALS).parse(&value) {
        draft.config.telemetry.tracing.exceptions = signal;
        value.found();
    }
}
