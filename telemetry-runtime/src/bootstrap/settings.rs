//! From the configuration's meaning to the settings of the parts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use super::builder::TelemetryBuilder;
use super::sources::{Metrics, RecordedSpans};
use crate::config::{
    self, BackendConfig, Config, ExceptionSignal, ExemplarFilter, MetricNaming, PropagatorConfig,
    ResourceConfig, SamplerConfig, ScopeOverride, SpanExporterConfig, TracingConfig,
};
use crate::context::propagator::Exact;
use crate::export::{
    Diagnostics, ExportPlan, GuardedMeterProvider, MetricsPlan, SdkReader, SpansPlan, sdk_view,
};
use crate::metrics::views::{AppliedViews, Views};
use crate::metrics::{self, MeterNaming, Naming};
use crate::plugin::{Scope, ScopeKind};
use crate::propagation::Checked;
use crate::self_telemetry;
use crate::trace::{ContextMode, Processors, Sampler, SpanLimits, TraceSettings, TracerScope};

/// Everything that is needed to run.
pub(super) struct Parts {
    pub(super) plan: ExportPlan,
    /// The recorder's settings; `None` where spans go nowhere.
    pub(super) trace: Option<TraceSettings>,
    pub(super) processors: Option<Processors>,
    pub(super) meter_provider: SdkMeterProvider,
    /// The same for third-party code, whose callbacks may panic.
    pub(super) guarded_meters: GuardedMeterProvider,
    pub(super) resource: Resource,
}

pub(super) fn parts(
    config: &Config,
    builder: TelemetryBuilder,
    diagnostics: Diagnostics,
    views: &Arc<Views>,
) -> Parts {
    let telemetry = &config.telemetry;
    let resource = resource(&telemetry.resource);
    let source = Metrics::new(naming(config));
    let third_party = SdkReader::new();
    let meter_provider = SdkMeterProvider::builder()
        .with_resource(resource.clone())
        .with_reader(third_party.clone())
        .with_view(sdk_view(Arc::clone(views), telemetry.metrics.cardinality_limit))
        .build();
    let guarded_meters = third_party.guard(meter_provider.clone());
    let metrics = telemetry.metrics.enabled.then(|| MetricsPlan {
        source: Arc::new(source),
        third_party: Some(third_party),
        views: (!views.are_none()).then(|| AppliedViews::new(Arc::clone(views))),
        interval: telemetry.metrics.export_interval,
        timeout: telemetry.metrics.export_timeout,
        exporters: telemetry.metrics.exporters.clone(),
        sinks: builder.metric_sinks,
    });
    let tracing = &telemetry.tracing;
    let is_exporter = |exporter: &_| !matches!(exporter, SpanExporterConfig::Registered(_));
    // What was registered is a sink or a processor by now.
    let exports = tracing.exporters.iter().any(is_exporter) || !builder.span_sinks.is_empty();
    let traces = tracing.enabled && (exports || !builder.span_processors.is_empty());
    let spans = (traces && exports).then(|| SpansPlan {
        source: Arc::new(RecordedSpans),
        batch: tracing.batch,
        exporters: tracing.exporters.clone(),
        sinks: builder.span_sinks,
    });
    let processors = (traces && !builder.span_processors.is_empty())
        .then(|| Processors::new(builder.span_processors, &resource, exports));
    let trace = traces.then(|| TraceSettings {
        processors: processors.clone(),
        ..trace_settings(tracing, &config.backend, builder.sampler)
    });
    let plan = ExportPlan {
        resource: resource.clone(),
        counters: self_telemetry::counters(),
        diagnostics,
        metrics,
        spans,
    };
    Parts { plan, trace, processors, meter_provider, guarded_meters, resource }
}

fn resource(config: &ResourceConfig) -> Resource {
    let attributes = config.attributes.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    let mut resource = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("telemetry.sdk.language", "rust"),
            KeyValue::new("telemetry.sdk.name", "telemetry-runtime"),
            KeyValue::new("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        ])
        .with_attributes(attributes)
        .with_attribute(KeyValue::new("service.name", config.service_name.clone()));
    if let Some(version) = &config.service_version {
        resource = resource.with_attribute(KeyValue::new("service.version", version.clone()));
    }
    resource.build()
}

/// Which measurements of histograms become exemplars.
pub(super) fn exemplar_filter(filter: ExemplarFilter) -> metrics::ExemplarFilter {
    match filter {
        ExemplarFilter::TraceBased => metrics::ExemplarFilter::TraceBased,
        ExemplarFilter::AlwaysOn => metrics::ExemplarFilter::AlwaysOn,
        ExemplarFilter::AlwaysOff => metrics::ExemplarFilter::AlwaysOff,
    }
}

/// How metrics and their scopes are named.
pub(super) fn naming(config: &Config) -> Naming {
    let as_is = |naming: MetricNaming| naming == MetricNaming::AsIs;
    let backend = &config.backend;
    let mut meters: HashMap<String, MeterNaming> = HashMap::new();
    for (id, own) in &backend.meters {
        let ScopeOverride { name, version, schema_url } = own.clone();
        meters.insert(id.clone(), MeterNaming { name, version, schema_url, as_is: None });
    }
    for (id, own) in &backend.naming {
        meters.entry(id.clone()).or_default().as_is = Some(as_is(*own));
    }
    Naming {
        root: backend.service_name.clone(),
        version: backend.service_version.clone(),
        as_is: as_is(config.telemetry.metrics.naming),
        meters,
    }
}

fn trace_settings(
    config: &TracingConfig,
    backend: &BackendConfig,
    sampler: Option<Box<dyn opentelemetry_sdk::trace::ShouldSample>>,
) -> TraceSettings {
    TraceSettings {
        sampler: sampler.map_or_else(|| configured_sampler(config.sampler), Sampler::Custom),
        limits: SpanLimits {
            attributes: config.limits.attributes,
            attribute_value_length: config.limits.attribute_value_length,
            events: config.limits.events,
            links: config.limits.links,
            event_attributes: config.limits.event_attributes,
            link_attributes: config.limits.link_attributes,
        },
        tracers: tracers(&backend.tracers),
        max_queue_size: config.batch.max_queue_size,
        wake_at: config.batch.max_export_batch_size,
        capture_end_user: backend.capture_end_user,
        exception_events: config.exceptions != ExceptionSignal::Logs,
        context: match config.context {
            config::ContextMode::Observed => ContextMode::Observed,
            config::ContextMode::Eager => ContextMode::Eager,
            config::ContextMode::Permanent => ContextMode::Permanent,
            config::ContextMode::Lean => ContextMode::Lean,
        },
        ..TraceSettings::default()
    }
}

fn tracers(overrides: &BTreeMap<String, ScopeOverride>) -> BTreeMap<Scope, TracerScope> {
    overrides
        .iter()
        // The configuration has checked the ids.
        .filter_map(|(id, own)| Some((Scope::new(ScopeKind::Plugin, id).ok()?, own.clone())))
        .map(|(scope, ScopeOverride { name, version, schema_url })| {
            (scope, TracerScope { name, version, schema_url })
        })
        .collect()
}

fn configured_sampler(config: SamplerConfig) -> Sampler {
    let parent_based = |root| Sampler::ParentBased(Box::new(root));
    match config {
        SamplerConfig::AlwaysOn => Sampler::AlwaysOn,
        SamplerConfig::AlwaysOff => Sampler::AlwaysOff,
        SamplerConfig::TraceIdRatio(ratio) => Sampler::TraceIdRatio(ratio),
        SamplerConfig::ParentBasedAlwaysOn => parent_based(Sampler::AlwaysOn),
        SamplerConfig::ParentBasedAlwaysOff => parent_based(Sampler::AlwaysOff),
        SamplerConfig::ParentBasedTraceIdRatio(ratio) => parent_based(Sampler::TraceIdRatio(ratio)),
    }
}

/// Sets the global propagator. It also works where telemetry is switched off: context still passes.
pub(super) fn install_propagators(configured: &[PropagatorConfig]) {
    global::set_text_map_propagator(propagator(configured));
}

/// What reads and writes the context of requests.
pub(crate) fn propagator(configured: &[PropagatorConfig]) -> impl TextMapPropagator + Send + Sync + 'static {
    let propagators = configured
        .iter()
        .map(|propagator| -> Box<dyn TextMapPropagator + Send + Sync> {
            match propagator {
                PropagatorConfig::TraceContext => Box::new(TraceContextPropagator::new()),
                PropagatorConfig::Baggage => Box::new(BaggagePropagator::new()),
            }
        })
        .collect();
    Exact(Checked(TextMapCompositePropagator::new(propagators)))
}
