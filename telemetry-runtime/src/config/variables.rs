//! OpenTelemetry's environment variables, and the toolkit's own `TELEMETRY_*`.
//!
//! A value that cannot be used is one notice, and what the files or the defaults say holds; so the specification asks,
//! and so a typing mistake in a deployment does not stop the program.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use telemetry_naming as naming;

use super::draft::{Draft, ExporterKind, ExportersDraft};
use super::endpoint::Endpoint;
use super::env::{Environment, NotUnicode};
use super::exporters::kinds;
use super::list;
use super::node::Origin;
use super::otlp::{self, OtlpDraft, Signal};
use super::problem::{Problems, shown};
use super::read::{MAX_MILLIS, boolean, one_of, timeout};
use super::schema::{ExceptionSignal, PropagatorConfig, SamplerConfig};
use super::sections::{PROPAGATORS, SAMPLERS, with_ratio};

/// Lays the variables over what the files say.
pub(super) fn read(environment: &Environment, draft: &mut Draft, problems: &Problems) {
    let variables = Variables { environment, problems };
    variables.switches(draft);
    variables.resource(draft);
    variables.metrics(draft);
    variables.tracing(draft);
    variables.limits(draft);
    let of_all = variables.otlp(&Scope::new(None));
    for (signal, standard, own, exporters) in [
        (Signal::Metrics, "OTEL_METRICS_EXPORTER", "TELEMETRY_METRIC_READER", &mut draft.metric_exporters),
        (Signal::Traces, "OTEL_TRACES_EXPORTER", "TELEMETRY_TRACE_PROCESSOR", &mut draft.span_exporters),
    ] {
        let standard = variables.chosen(signal, standard, &exporters.registered);
        exporters.chosen = variables.required(signal, own, &exporters.registered).or(standard);
        exporters.otlp.clone_from(&of_all);
        exporters.otlp.overlay(&variables.otlp(&Scope::new(Some(signal))));
    }
    variables.otlp_metrics(&mut draft.metric_exporters.otlp);
    variables.prometheus(&mut draft.metric_exporters);
    for name in ["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"] {
        if variables.text(name).is_some() {
            variables.notice(name, "declarative configuration is not read; use `app-config.yaml`");
        }
    }
}

struct Variables<'a> {
    environment: &'a Environment,
    problems: &'a Problems,
}

impl<'a> Variables<'a> {
    fn switches(&self, draft: &mut Draft) {
        let enabled = &mut draft.config.telemetry.enabled;
        if let Some(switch) = self.parse("TELEMETRY_ENABLED", "`true` or `false`", boolean) {
            *enabled = switch;
        }
        // The specification knows no other spelling of a boolean, and its default value changes nothing.
        let disabled = self.parse("OTEL_SDK_DISABLED", "`true` or `false`", |text| {
            text.to_ascii_lowercase().parse::<bool>().ok()
        });
        if disabled == Some(true) {
            *enabled = false;
        }
    }

    fn resource(&self, draft: &mut Draft) {
        let resource = &mut draft.config.telemetry.resource;
        let name = "OTEL_RESOURCE_ATTRIBUTES";
        match self.text(name).map(list::attributes) {
            None => {}
            Some(Ok(attributes)) => {
                for (key, value) in attributes {
                    match key.as_str() {
                        "service.name" => resource.service_name = value,
                        "service.version" => resource.service_version = Some(value),
                        _ => {
                            resource.attributes.insert(key, value);
                        }
                    }
                }
            }
            // The specification discards the variable as a whole.
            Some(Err(entry)) => self
                .ignored(name, format_args!("entry {entry} is not `key=value` with percent-encoded UTF-8")),
        }
        if let Some(service) = self.text("OTEL_SERVICE_NAME") {
            service.clone_into(&mut resource.service_name);
        }
    }

    fn metrics(&self, draft: &mut Draft) {
        let metrics = &mut draft.config.telemetry.metrics;
        if let Some(interval) = self.millis("OTEL_METRIC_EXPORT_INTERVAL", 1) {
            metrics.export_interval = Duration::from_millis(interval);
        }
        if let Some(limit) = self.timeout("OTEL_METRIC_EXPORT_TIMEOUT") {
            draft.metric_timeout = Some(limit);
        }
        if let Some(list) = self.text("TELEMETRY_METRICS") {
            let patterns: Vec<String> = list::words(list).map(str::to_owned).collect();
            // Commas alone say as little as an empty variable.
            if !patterns.is_empty() {
                metrics.include = patterns;
            }
        }
    }

    fn tracing(&self, draft: &mut Draft) {
        let tracing = &mut draft.config.telemetry.tracing;
        if let Some(sampler) = self.sampler() {
            tracing.sampler = sampler;
        }
        let batch = &mut tracing.batch;
        if let Some(delay) = self.millis("OTEL_BSP_SCHEDULE_DELAY", 1) {
            batch.schedule_delay = Duration::from_millis(delay);
        }
        if let Some(limit) = self.timeout("OTEL_BSP_EXPORT_TIMEOUT") {
            batch.export_timeout = limit;
        }
        self.count("OTEL_BSP_MAX_QUEUE_SIZE", 1..=10_000_000, &mut batch.max_queue_size);
        let mut size = 0;
        self.count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1..=10_000_000, &mut size);
        if size > batch.max_queue_size {
            self.problems.notice(format!(
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE: {size} is more than the queue holds; {} is used",
                batch.max_queue_size
            ));
        }
        if size > 0 {
            draft.batch_size = Some(size);
        }
        if let Some(propagators) = self.propagators() {
            tracing.propagators = propagators;
        }
        let signals = [("logs", ExceptionSignal::Logs), ("logs/dup", ExceptionSignal::Both)];
        if let Some(signal) = self.choice("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", &signals) {
            tracing.exceptions = signal;
        }
    }

    fn sampler(&self) -> Option<SamplerConfig> {
        const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";
        let argument = self.text(ARGUMENT);
        let sampler = self.choice("OTEL_TRACES_SAMPLER", SAMPLERS);
        let (Some(sampler), Some(argument)) = (sampler, argument) else {
            if argument.is_some() {
                self.ignored(ARGUMENT, "`OTEL_TRACES_SAMPLER` does not name a sampler that takes it");
            }
            return sampler;
        };
        let ratio = argument.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
        let Some(with_ratio) = with_ratio(sampler, ratio.unwrap_or(1.0)) else {
            self.ignored(ARGUMENT, "the sampler takes no argument");
            return Some(sampler);
        };
        if ratio.is_none() {
            let text = format!("expected a ratio (0 to 1), got {}; 1 is used", shown(argument));
            self.notice(ARGUMENT, text);
        }
        Some(with_ratio)
    }

    fn propagators(&self) -> Option<Vec<PropagatorConfig>> {
        const NAME: &str = "OTEL_PROPAGATORS";
        let mut propagators = Vec::new();
        for word in list::words(self.text(NAME)?) {
            match PROPAGATORS.iter().find(|(name, _)| *name == word) {
                Some((_, propagator)) if propagators.contains(propagator) => {}
                Some((_, propagator)) => propagators.push(*propagator),
                None if word == "none" => return Some(Vec::new()),
                None => self.ignored(
                    NAME,
                    format_args!("{} is not known (known: `tracecontext`, `baggage`, `none`)", shown(word)),
                ),
            }
        }
        // A list without one known word is a mistake, not the wish for no propagation, which is spelled `none`.
        (!propagators.is_empty()).then_some(propagators)
    }

    /// The limits of spans; a general limit holds where the span's own variable is not set.
    fn limits(&self, draft: &mut Draft) {
        let limits = &mut draft.config.telemetry.tracing.limits;
        let range = 0..=1_000_000;
        self.count("OTEL_ATTRIBUTE_COUNT_LIMIT", range.clone(), &mut limits.attributes);
        self.count("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", range.clone(), &mut limits.attributes);
        self.count("OTEL_SPAN_EVENT_COUNT_LIMIT", range.clone(), &mut limits.events);
        self.count("OTEL_SPAN_LINK_COUNT_LIMIT", range.clone(), &mut limits.links);
        self.count("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", range.clone(), &mut limits.event_attributes);
        self.count("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", range, &mut limits.link_attributes);
        for name in ["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"] {
            let mut length = usize::MAX;
            self.count(name, 0..=u32::MAX, &mut length);
            if length != usize::MAX {
                limits.attribute_value_length = Some(length);
            }
        }
    }

    /// The exporters that a variable of the toolkit lists. An unknown name is a mistake and not a notice: the list is all
    /// that runs, so that what it misspells would be lost.
    fn required(&self, signal: Signal, name: &str, registered: &[String]) -> Option<Vec<ExporterKind>> {
        let kinds = kinds(signal, registered);
        let mut chosen = Vec::new();
        for word in list::words(self.text(name)?) {
            match kinds.iter().find(|(kind, _)| *kind == word) {
                Some((_, kind)) if chosen.contains(kind) => {}
                Some((_, kind)) => chosen.push(*kind),
                None if word == "none" => return Some(Vec::new()),
                None => {
                    let names: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).chain(["none"]).collect();
                    let near = naming::nearest(word, names.iter().copied());
                    let hint = near.map(|near| format!(" (nearest: `{near}`)")).unwrap_or_default();
                    let text = format!("expected {}, got {}{hint}", one_of(&names), shown(word));
                    self.problems.error_at(&Origin::Variable(name.into()), &text);
                }
            }
        }
        (!chosen.is_empty()).then_some(chosen)
    }

    /// The exporters that a variable lists. One without a known word is a mistake and chooses nothing.
    fn chosen(&self, signal: Signal, name: &str, registered: &[String]) -> Option<Vec<ExporterKind>> {
        let known = kinds(signal, registered);
        let mut chosen = Vec::new();
        for word in list::words(self.text(name)?) {
            match known.iter().find(|(kind, _)| *kind == word) {
                Some((_, kind)) if chosen.contains(kind) => {}
                Some((_, kind)) => chosen.push(*kind),
                None if word == "none" => return Some(Vec::new()),
                None => {
                    let names: Vec<&str> = known.iter().map(|(kind, _)| *kind).chain(["none"]).collect();
                    self.ignored(name, format_args!("expected {}, got {}", one_of(&names), shown(word)));
                }
            }
        }
        (!chosen.is_empty()).then_some(chosen)
    }

    /// `OTEL_EXPORTER_OTLP_*`, for all signals or for one.
    fn otlp(&self, scope: &Scope) -> OtlpDraft {
        let parse = if scope.of_one_signal { Endpoint::parse_complete } else { Endpoint::parse };
        let mut draft = OtlpDraft {
            endpoint: self.checked(&scope.name("ENDPOINT"), parse),
            insecure: self.parse(&scope.name("INSECURE"), "`true` or `false`", boolean),
            protocol: self.choice(&scope.name("PROTOCOL"), otlp::PROTOCOLS),
            headers: self.headers(&scope.name("HEADERS")),
            compression: self.choice(&scope.name("COMPRESSION"), otlp::COMPRESSIONS),
            timeout: self.timeout(&scope.name("TIMEOUT")),
            ca_file: self.text(&scope.name("CERTIFICATE")).map(str::to_owned),
            cert_file: self.text(&scope.name("CLIENT_CERTIFICATE")).map(str::to_owned),
            key_file: self.text(&scope.name("CLIENT_KEY")).map(str::to_owned),
            temporality: None,
        };
        if draft.cert_file.is_some() != draft.key_file.is_some() {
            let (set, missing) = match draft.cert_file {
                Some(_) => ("CLIENT_CERTIFICATE", "CLIENT_KEY"),
                None => ("CLIENT_KEY", "CLIENT_CERTIFICATE"),
            };
            self.ignored(&scope.name(set), format_args!("`{}` is missing", scope.name(missing)));
            draft.cert_file = None;
            draft.key_file = None;
        }
        draft
    }

    /// What exists for metrics only.
    fn otlp_metrics(&self, otlp: &mut OtlpDraft) {
        let preference = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
        otlp.temporality = self.parse(preference, "one of `cumulative`, `delta`, `lowmemory`", |text| {
            let found = otlp::TEMPORALITIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
            found.map(|(_, temporality)| *temporality)
        });
        let aggregation = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
        self.choice(aggregation, &[("explicit_bucket_histogram", ())]);
    }

    /// `name=value,...`, percent-encoded. A wrong entry is left out; the others still let the receiver know who sends.
    fn headers(&self, name: &str) -> Option<Vec<(String, String)>> {
        let mut headers = Vec::new();
        for (index, entry) in list::words(self.text(name)?).enumerate() {
            let header = list::pair(entry)
                .filter(|(key, value)| otlp::is_header_name(key) && otlp::header_value(value).is_ok());
            match header {
                Some((key, value)) => headers.push((key.to_ascii_lowercase(), value)),
                None => self.ignored(
                    name,
                    format_args!("entry {} is not `name=value` with a valid header", index + 1),
                ),
            }
        }
        Some(headers)
    }

    fn prometheus(&self, exporters: &mut ExportersDraft) {
        exporters.prometheus_host = self.text("OTEL_EXPORTER_PROMETHEUS_HOST").map(str::to_owned);
        exporters.prometheus_port =
            self.parse("OTEL_EXPORTER_PROMETHEUS_PORT", "a port (0 to 65535)", |text| text.parse().ok());
    }

    fn millis(&self, name: &str, least: u64) -> Option<u64> {
        let range = least..=MAX_MILLIS;
        let what = format!("milliseconds ({least} to {MAX_MILLIS})");
        self.parse(name, &what, |text| text.parse().ok().filter(|millis| range.contains(millis)))
    }

    fn timeout(&self, name: &str) -> Option<Duration> {
        self.millis(name, 0).map(timeout)
    }

    fn count(&self, name: &str, range: RangeInclusive<u32>, target: &mut usize) {
        let what = format!("a whole number ({} to {})", range.start(), range.end());
        let read = self.parse(name, &what, |text| text.parse().ok().filter(|count| range.contains(count)));
        if let Some(count) = read.and_then(|count| usize::try_from(count).ok()) {
            *target = count;
        }
    }

    fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
        self.parse(name, &one_of(&names), |text| {
            choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value)
        })
    }

    fn parse<T>(&self, name: &str, what: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let read = parse(text);
        if read.is_none() {
            self.ignored(name, format_args!("expected {what}, got {}", shown(text)));
        }
        read
    }

    /// As [`Variables::parse`] for a value that may hold a secret.
    fn checked<T>(&self, name: &str, check: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        check(self.text(name)?).map_err(|wrong| self.ignored(name, wrong)).ok()
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        let value = self.environment.get(name);
        if value == Err(NotUnicode) {
            self.ignored(name, "not UTF-8 text");
        }
        value.ok().flatten()
    }

    fn ignored(&self, name: &str, text: impl Display) {
        self.notice(name, format_args!("{text}; the value is ignored"));
    }

    fn notice(&self, name: &str, text: impl Display) {
        self.problems.notice(format!("{name}: {text}"));
    }
}

/// The variables of all signals, or of one.
struct Scope {
    prefix: String,
    of_one_signal: bool,
}

impl Scope {
    fn new(signal: Option<Signal>) -> Self {
        let part =
            signal.map_or_else(String::new, |signal| format!("{}_", signal.name().to_ascii_uppercase()));
        Self { prefix: format!("OTEL_EXPORTER_OTLP_{part}"), of_one_signal: signal.is_some() }
    }

    fn name(&self, variable: &str) -> String {
        format!("{}{variable}", self.prefix)
    }
}
