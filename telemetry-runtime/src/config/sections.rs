//! The sections of `app-config.yaml`: `telemetry`, `backend.metrics` and `backend.tracing`.

use std::collections::BTreeMap;

use telemetry_naming::check::{self, NameError};

use super::draft::Draft;
use super::exporters;
use super::node::Node;
use super::otlp::Signal;
use super::problem::Problems;
use super::read::{Object, Value, known};
use super::schema::{
    BackendConfig, BatchConfig, PropagatorConfig, ResourceConfig, SamplerConfig, ScopeOverride, SignalAction,
    SpanLimits,
};
use super::views;

/// The adapters of `telemetry-instrumentation`.
const INSTRUMENTATIONS: &[&str] = &["http", "process", "sqlx", "tracing"];

/// Instrumentations of Node libraries, which a configuration that was written for the original may switch.
const NODE_INSTRUMENTATIONS: &[&str] = &[
    "amqplib",
    "aws-lambda",
    "aws-sdk",
    "bunyan",
    "cassandra-driver",
    "connect",
    "cucumber",
    "dataloader",
    "dns",
    "express",
    "fastify",
    "fs",
    "generic-pool",
    "graphql",
    "grpc",
    "hapi",
    "ioredis",
    "kafkajs",
    "knex",
    "koa",
    "lru-memoizer",
    "memcached",
    "mongodb",
    "mongoose",
    "mysql",
    "mysql2",
    "nestjs-core",
    "net",
    "openai",
    "oracledb",
    "pg",
    "pino",
    "redis",
    "redis-4",
    "restify",
    "router",
    "runtime-node",
    "socket.io",
    "tedious",
    "undici",
    "winston",
];

/// Reads the sections into `draft`; other programs' sections are left alone.
pub(super) fn read(root: &Node, draft: &mut Draft, problems: &Problems) {
    Value::root(root, problems).shared_object(|root| {
        root.within("telemetry", |section| telemetry(section, draft));
        if let Some(backend) = root.get("backend") {
            backend.shared_object(|section| {
                section.within("metrics", |metrics| backend_metrics(metrics, &mut draft.config.backend));
                section.within("tracing", |tracing| backend_tracing(tracing, &mut draft.config.backend));
            });
        }
        for (key, origin) in root.unasked() {
            if telemetry_naming::nearest(key, ["telemetry"]).is_some() {
                problems.notice(format!(
                    "{origin}: `{key}` is not a section that is read (nearest: `telemetry`)"
                ));
            }
        }
    });
}

fn telemetry(section: &Object<'_>, draft: &mut Draft) {
    section.set("enabled", &mut draft.config.telemetry.enabled, Value::boolean);
    section.within("resource", |object| resource(object, &mut draft.config.telemetry.resource));
    section.within("metrics", |object| metrics(object, draft));
    section.within("tracing", |object| tracing(object, draft));
    if let Some(value) = section.get("instrumentations") {
        instrumentations(&value, draft);
    }
    section.within("shutdown", |shutdown| {
        let config = &mut draft.config.telemetry.shutdown;
        shutdown.fill("signals", &mut config.signals, |value| value.choice(SIGNAL_ACTIONS));
        shutdown.set("timeoutMillis", &mut config.timeout, Value::millis);
    });
}

/// What is done on a signal, by name.
const SIGNAL_ACTIONS: &[(&str, SignalAction)] =
    &[("exit", SignalAction::Exit), ("flush", SignalAction::Flush), ("off", SignalAction::Off)];

fn resource(section: &Object<'_>, resource: &mut ResourceConfig) {
    section.set("serviceName", &mut resource.service_name, Value::text);
    section.fill("serviceVersion", &mut resource.service_version, Value::text);
    let attributes = section.get("attributes");
    for (key, value) in attributes.map(|value| value.entries()).unwrap_or_default() {
        let own_key = match key {
            "service.name" => Some("serviceName"),
            "service.version" => Some("serviceVersion"),
            _ => None,
        };
        if let Some(own_key) = own_key {
            value.key_problem(format_args!("set `telemetry.resource.{own_key}` instead"));
        } else if key.is_empty() {
            value.key_problem("an attribute needs a key");
        } else if let Some(text) = value.text() {
            resource.attributes.insert(key.to_owned(), text);
        }
    }
}

fn metrics(section: &Object<'_>, draft: &mut Draft) {
    let metrics = &mut draft.config.telemetry.metrics;
    section.set("enabled", &mut metrics.enabled, Value::boolean);
    section.within("collection", |collection| {
        collection.set("exportIntervalMillis", &mut metrics.export_interval, Value::millis);
        if let Some(value) = collection.get("exportTimeoutMillis") {
            draft.metric_timeout = value.timeout_millis();
            let too_long =
                |timeout: &_| *timeout > metrics.export_interval && *timeout != super::schema::NO_LIMIT;
            if draft.metric_timeout.as_ref().is_some_and(too_long) {
                value.problem("must not be longer than `exportIntervalMillis`");
            }
        }
    });
    section.set("cardinalityLimit", &mut metrics.cardinality_limit, |value| value.count(1..=10_000_000));
    views::read(section, metrics);
    if let Some(list) = section.get("exporters") {
        let exporters = &mut draft.metric_exporters;
        exporters.listed = exporters::read(&list, Signal::Metrics, &exporters.registered);
    }
}

fn tracing(section: &Object<'_>, draft: &mut Draft) {
    let tracing = &mut draft.config.telemetry.tracing;
    section.set("enabled", &mut tracing.enabled, Value::boolean);
    section.set("sampler", &mut tracing.sampler, sampler);
    section.within("batch", |object| batch(object, &mut tracing.batch, &mut draft.batch_size));
    section.within("limits", |object| limits(object, &mut tracing.limits));
    section.set("propagators", &mut tracing.propagators, propagators);
    if let Some(list) = section.get("exporters") {
        let exporters = &mut draft.span_exporters;
        exporters.listed = exporters::read(&list, Signal::Traces, &exporters.registered);
    }
}

/// The samplers by name; the ratio is filled in where there is one.
pub(super) const SAMPLERS: &[(&str, SamplerConfig)] = &[
    ("always_on", SamplerConfig::AlwaysOn),
    ("always_off", SamplerConfig::AlwaysOff),
    ("traceidratio", SamplerConfig::TraceIdRatio(1.0)),
    ("parentbased_always_on", SamplerConfig::ParentBasedAlwaysOn),
    ("parentbased_always_off", SamplerConfig::ParentBasedAlwaysOff),
    ("parentbased_traceidratio", SamplerConfig::ParentBasedTraceIdRatio(1.0)),
];

/// `sampler` with `ratio`; `None` where it takes none.
pub(super) fn with_ratio(sampler: SamplerConfig, ratio: f64) -> Option<SamplerConfig> {
    match sampler {
        SamplerConfig::TraceIdRatio(_) => Some(SamplerConfig::TraceIdRatio(ratio)),
        SamplerConfig::ParentBasedTraceIdRatio(_) => Some(SamplerConfig::ParentBasedTraceIdRatio(ratio)),
        _ => None,
    }
}

fn sampler(value: &Value<'_>) -> Option<SamplerConfig> {
    value.object(|object| {
        let ratio = object.get("ratio");
        let Some(kind) = object.get("type") else {
            value.problem("`type` is missing");
            return None;
        };
        let sampler = kind.choice(SAMPLERS)?;
        let Some(ratio) = ratio else { return Some(sampler) };
        let number = ratio.decimal(0.0..=1.0)?;
        let sampler = with_ratio(sampler, number);
        if sampler.is_none() {
            ratio.problem(format_args!("the sampler {} takes no ratio", kind.got()));
        }
        sampler
    })?
}

fn batch(section: &Object<'_>, batch: &mut BatchConfig, size: &mut Option<usize>) {
    section.set("maxQueueSize", &mut batch.max_queue_size, |value| value.count(1..=10_000_000));
    if let Some(value) = section.get("maxExportBatchSize") {
        *size = value.count(1..=10_000_000);
        if size.is_some_and(|size| size > batch.max_queue_size) {
            value.problem(format_args!("must not be more than `maxQueueSize`, {}", batch.max_queue_size));
        }
    }
    section.set("scheduleDelayMillis", &mut batch.schedule_delay, Value::millis);
    section.set("exportTimeoutMillis", &mut batch.export_timeout, Value::timeout_millis);
}

fn limits(section: &Object<'_>, limits: &mut SpanLimits) {
    let count = |value: &Value<'_>| value.count(0..=1_000_000);
    section.set("attributeCountLimit", &mut limits.attributes, count);
    section.fill("attributeValueLengthLimit", &mut limits.attribute_value_length, |value| {
        value.count(0..=u32::MAX)
    });
    section.set("eventCountLimit", &mut limits.events, count);
    section.set("linkCountLimit", &mut limits.links, count);
    section.set("eventAttributeCountLimit", &mut limits.event_attributes, count);
    section.set("linkAttributeCountLimit", &mut limits.link_attributes, count);
}

/// The propagators by name.
pub(super) const PROPAGATORS: &[(&str, PropagatorConfig)] =
    &[("tracecontext", PropagatorConfig::TraceContext), ("baggage", PropagatorConfig::Baggage)];

fn propagators(value: &Value<'_>) -> Option<Vec<PropagatorConfig>> {
    let mut propagators = Vec::new();
    for element in value.list()? {
        if let Some(propagator) = element.choice(PROPAGATORS)
            && !propagators.contains(&propagator)
        {
            propagators.push(propagator);
        }
    }
    Some(propagators)
}

fn instrumentations(value: &Value<'_>, draft: &mut Draft) {
    let registered = draft.instrumentations.iter().map(String::as_str);
    let known_names: Vec<&str> = INSTRUMENTATIONS.iter().copied().chain(registered).collect();
    for (name, value) in value.entries() {
        let Some(switch) = value.boolean() else { continue };
        if known_names.contains(&name) {
            draft.config.telemetry.instrumentations.insert(name.to_owned(), switch);
        } else if NODE_INSTRUMENTATIONS.contains(&name) {
            value.key_notice("a Node library, which has no counterpart here; the switch has no effect");
        } else {
            value.key_problem(format_args!("unknown instrumentation ({})", known(name, &known_names)));
        }
    }
}

fn backend_metrics(section: &Object<'_>, backend: &mut BackendConfig) {
    section.set("serviceName", &mut backend.service_name, |value| {
        let name = value.text()?;
        match check::root_name(&name) {
            Ok(()) => Some(name),
            Err(error) => {
                let reason = match error {
                    NameError::MetricNameLength => "the root of metric names takes at most 63 bytes",
                    _ => error.message(),
                };
                value.problem(format_args!("{reason}, got {}", value.got()));
                None
            }
        }
    });
    section.fill("serviceVersion", &mut backend.service_version, Value::text);
    if let Some(plugins) = section.get("plugin") {
        backend.meters = overrides(&plugins, "meter", |plugin, id| {
            if let Some(naming) = plugin.get("naming").and_then(|value| value.choice(views::NAMINGS)) {
                backend.naming.insert(id.to_owned(), naming);
            }
        });
    }
}

fn backend_tracing(section: &Object<'_>, backend: &mut BackendConfig) {
    section.within("capture", |capture| {
        capture.set("endUser", &mut backend.capture_end_user, Value::boolean);
    });
    if let Some(plugins) = section.get("plugin") {
        backend.tracers = overrides(&plugins, "tracer", |_, _| {});
    }
}

/// `plugin.<id>.meter` and `plugin.<id>.tracer`; `read_more` reads what else stands beside.
fn overrides<'a>(
    plugins: &Value<'a>,
    key: &'static str,
    mut read_more: impl FnMut(&Object<'a>, &str),
) -> BTreeMap<String, ScopeOverride> {
    let mut overrides = BTreeMap::new();
    for (id, value) in plugins.entries() {
        if let Err(error) = check::plugin_id(id) {
            value.key_problem(error.message());
        }
        value.object(|plugin| {
            plugin.within(key, |scope| {
                let mut found = ScopeOverride::default();
                scope.fill("name", &mut found.name, Value::text);
                scope.fill("version", &mut found.version, Value::text);
                scope.fill("schemaUrl", &mut found.schema_url, Value::text);
                overrides.insert(id.to_owned(), found);
            });
            read_more(plugin, id);
        });
    }
    overrides
}
