//! Parts of its own that a program registers by name, for the configuration to choose from.

use std::collections::BTreeMap;

use opentelemetry_sdk::trace::{SpanExporter, SpanProcessor};

use super::builder::TelemetryBuilder;
use super::instrumentation::Instrumentation;
use crate::config::{
    Config, MetricExporterConfig, RegisteredConfig, RegisteredNames, Settings, SpanExporterConfig,
};
use crate::error::{Error, ErrorKind};
use crate::export::{MetricSink, SpanSink};

type MakeMetricSink = Box<dyn Fn(&Settings) -> Result<Box<dyn MetricSink>, Error>>;
type MakeSpanOutput = Box<dyn Fn(&Settings) -> Result<SpanOutput, Error>>;

/// What was registered, and what was wrong about it.
#[derive(Default)]
pub(super) struct Registry {
    metric_exporters: BTreeMap<String, MakeMetricSink>,
    span_exporters: BTreeMap<String, MakeSpanOutput>,
    pub(super) instrumentations: Vec<Box<dyn Instrumentation>>,
    mistakes: Vec<String>,
}

/// Where finished spans go.
enum SpanOutput {
    Sink(Box<dyn SpanSink>),
    Processor(Box<dyn SpanProcessor>),
}

/// What the configuration chose of it.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) metric_sinks: Vec<Box<dyn MetricSink>>,
    pub(super) span_sinks: Vec<Box<dyn SpanSink>>,
    pub(super) span_processors: Vec<Box<dyn SpanProcessor>>,
}

/// Whether a name may be taken already.
#[derive(Clone, Copy, PartialEq)]
enum Taken {
    Refuse,
    Replace,
}

/// Names that the configuration gives a meaning of their own.
const BUILT_IN_METRICS: &[&str] = &["prometheus", "otlp", "console"];
const BUILT_IN_SPANS: &[&str] = &["otlp", "console"];

/// Parts of the program's own that the configuration chooses by name.
impl TelemetryBuilder {
    /// Gives a destination of metrics a name: `type` in `telemetry.metrics.exporters`, or a word in
    /// `TELEMETRY_METRIC_READER`.
    ///
    /// `make` runs at the start, once for each time that the configuration names it, with what stands under `config` there.
    /// It may fail, which stops the start: [`Settings::error`] gives errors with their place.
    ///
    /// A name that is registered twice, or that comes with the toolkit, is an error at [`TelemetryBuilder::bootstrap`].
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use telemetry_runtime::Telemetry;
    /// use telemetry_runtime::export::{BoxFuture, ExportError, MetricSink, Receipt};
    /// use telemetry_runtime::metrics::Snapshot;
    ///
    /// struct Audit { table: String }
    ///
    /// impl MetricSink for Audit {
    ///     fn name(&self) -> &str {
    ///         &self.table
    ///     }
    ///
    ///     fn export<'a>(
    ///         &'a self,
    ///         snapshot: &'a Arc<Snapshot>,
    ///         _: &'a opentelemetry_sdk::Resource,
    ///     ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
    ///         Box::pin(async move {
    ///             println!("{} scopes", snapshot.scopes.len());
    ///             Ok(Receipt::default())
    ///         })
    ///     }
    /// }
    ///
    /// // exporters: [ { type: audit, config: { table: metrics } } ]
    /// let builder = Telemetry::builder().register_metric_exporter("audit", |settings| {
    ///     settings.only(&["table"])?;
    ///     Ok(Audit { table: settings.text("table")?.unwrap_or_else(|| "audit".to_owned()) })
    /// });
    /// ```
    pub fn register_metric_exporter<S, F>(self, name: impl Into<String>, make: F) -> Self
    where
        S: MetricSink + 'static,
        F: Fn(&Settings) -> Result<S, Error> + 'static,
    {
        self.metric_exporter(name.into(), boxed_metrics(make), Taken::Refuse)
    }

    /// As [`TelemetryBuilder::register_metric_exporter`], in place of what has the name so far: another registration, or an
    /// exporter that comes with the toolkit.
    pub fn replace_metric_exporter<S, F>(self, name: impl Into<String>, make: F) -> Self
    where
        S: MetricSink + 'static,
        F: Fn(&Settings) -> Result<S, Error> + 'static,
    {
        self.metric_exporter(name.into(), boxed_metrics(make), Taken::Replace)
    }

    /// Gives an exporter for `opentelemetry_sdk` a name: `type` in `telemetry.tracing.exporters`, or a word in
    /// `TELEMETRY_TRACE_PROCESSOR`. It gets a thread of its own.
    ///
    /// `make` runs as in [`TelemetryBuilder::register_metric_exporter`].
    ///
    /// ```
    /// use opentelemetry_sdk::trace::{SpanData, SpanExporter};
    /// use telemetry_runtime::Telemetry;
    ///
    /// #[derive(Debug)]
    /// struct Printer;
    ///
    /// impl SpanExporter for Printer {
    ///     async fn export(&self, batch: Vec<SpanData>) -> opentelemetry_sdk::error::OTelSdkResult {
    ///         println!("{} spans", batch.len());
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let builder = Telemetry::builder().register_span_exporter("printer", |_| Ok(Printer));
    /// ```
    pub fn register_span_exporter<E, F>(self, name: impl Into<String>, make: F) -> Self
    where
        E: SpanExporter + 'static,
        F: Fn(&Settings) -> Result<E, Error> + 'static,
    {
        let name = name.into();
        let make = boxed_exporter(name.clone(), make);
        self.span_output(name, make, Taken::Refuse)
    }

    /// As [`TelemetryBuilder::register_span_exporter`], in place of what has the name so far: another registration, or an
    /// exporter that comes with the toolkit.
    pub fn replace_span_exporter<E, F>(self, name: impl Into<String>, make: F) -> Self
    where
        E: SpanExporter + 'static,
        F: Fn(&Settings) -> Result<E, Error> + 'static,
    {
        let name = name.into();
        let make = boxed_exporter(name.clone(), make);
        self.span_output(name, make, Taken::Replace)
    }

    /// Gives a destination of spans a name, as [`TelemetryBuilder::register_span_exporter`] does for an exporter of
    /// `opentelemetry_sdk`.
    pub fn register_span_sink<S, F>(self, name: impl Into<String>, make: F) -> Self
    where
        S: SpanSink + 'static,
        F: Fn(&Settings) -> Result<S, Error> + 'static,
    {
        self.span_output(name.into(), boxed_spans(make), Taken::Refuse)
    }

    /// As [`TelemetryBuilder::register_span_sink`], in place of what has the name so far.
    pub fn replace_span_sink<S, F>(self, name: impl Into<String>, make: F) -> Self
    where
        S: SpanSink + 'static,
        F: Fn(&Settings) -> Result<S, Error> + 'static,
    {
        self.span_output(name.into(), boxed_spans(make), Taken::Replace)
    }

    /// Gives a span processor for `opentelemetry_sdk` a name: `type` in `telemetry.tracing.exporters`, or a word in
    /// `TELEMETRY_TRACE_PROCESSOR`. Names are shared with exporters of spans.
    ///
    /// A processor sees every span that is recorded, ours and third parties': its start, where it may write to it, and its
    /// end, on the thread that ends it and before that goes on. Therefore the SDK makes a double of each span at its start,
    /// which costs about as much as a span of the SDK's; a notice says so. A processor that only exports costs
    /// nothing of this as an exporter: [`TelemetryBuilder::register_span_exporter`].
    ///
    /// `make` runs as in [`TelemetryBuilder::register_metric_exporter`].
    ///
    /// ```
    /// use opentelemetry::Context;
    /// use opentelemetry::baggage::BaggageExt as _;
    /// use opentelemetry::trace::Span as _;
    /// use opentelemetry_sdk::error::OTelSdkResult;
    /// use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
    /// use telemetry_runtime::Telemetry;
    ///
    /// /// Puts the tenant of a request on all of its spans.
    /// #[derive(Debug)]
    /// struct Tenant;
    ///
    /// impl SpanProcessor for Tenant {
    ///     fn on_start(&self, span: &mut Span, parent: &Context) {
    ///         if let Some(tenant) = parent.baggage().get("tenant") {
    ///             span.set_attribute(opentelemetry::KeyValue::new("tenant", tenant.to_string()));
    ///         }
    ///     }
    ///
    ///     fn on_end(&self, _: SpanData) {}
    /// #   fn force_flush(&self) -> OTelSdkResult { Ok(()) }
    /// #   fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult { Ok(()) }
    /// }
    ///
    /// let builder = Telemetry::builder().register_span_processor("tenant", |_| Ok(Tenant));
    /// ```
    pub fn register_span_processor<P, F>(self, name: impl Into<String>, make: F) -> Self
    where
        P: SpanProcessor + 'static,
        F: Fn(&Settings) -> Result<P, Error> + 'static,
    {
        self.span_output(name.into(), boxed_processor(make), Taken::Refuse)
    }

    /// As [`TelemetryBuilder::register_span_processor`], in place of what has the name so far.
    pub fn replace_span_processor<P, F>(self, name: impl Into<String>, make: F) -> Self
    where
        P: SpanProcessor + 'static,
        F: Fn(&Settings) -> Result<P, Error> + 'static,
    {
        self.span_output(name.into(), boxed_processor(make), Taken::Replace)
    }

    /// Has `instrumentation` started with telemetry and stopped with it, unless `telemetry.instrumentations.<name>` is
    /// `false`. Two of one name are an error at [`TelemetryBuilder::bootstrap`].
    pub fn register_instrumentation(mut self, instrumentation: impl Instrumentation + 'static) -> Self {
        let registry = &mut self.registry;
        let name = instrumentation.name().to_owned();
        let taken = registry.instrumentations.iter().any(|other| other.name() == name);
        if registry.admits("instrumentation", &name, taken, false, Taken::Refuse) {
            registry.instrumentations.push(Box::new(instrumentation));
        }
        self
    }

    /// As [`TelemetryBuilder::register_instrumentation`], in place of one with the same name.
    pub fn replace_instrumentation(mut self, instrumentation: impl Instrumentation + 'static) -> Self {
        let name = instrumentation.name().to_owned();
        self.registry.instrumentations.retain(|other| other.name() != name);
        self.register_instrumentation(instrumentation)
    }

    fn metric_exporter(mut self, name: String, make: MakeMetricSink, taken: Taken) -> Self {
        let registry = &mut self.registry;
        let known = registry.metric_exporters.contains_key(&name);
        let built_in = BUILT_IN_METRICS.contains(&name.as_str());
        if registry.admits("metric exporter", &name, known, built_in, taken) {
            registry.metric_exporters.insert(name, make);
        }
        self
    }

    fn span_output(mut self, name: String, make: MakeSpanOutput, taken: Taken) -> Self {
        let registry = &mut self.registry;
        let known = registry.span_exporters.contains_key(&name);
        let built_in = BUILT_IN_SPANS.contains(&name.as_str());
        if registry.admits("span exporter", &name, known, built_in, taken) {
            registry.span_exporters.insert(name, make);
        }
        self
    }
}

fn boxed_metrics<S, F>(make: F) -> MakeMetricSink
where
    S: MetricSink + 'static,
    F: Fn(&Settings) -> Result<S, Error> + 'static,
{
    Box::new(move |settings| Ok(Box::new(make(settings)?)))
}

fn boxed_spans<S, F>(make: F) -> MakeSpanOutput
where
    S: SpanSink + 'static,
    F: Fn(&Settings) -> Result<S, Error> + 'static,
{
    Box::new(move |settings| Ok(SpanOutput::Sink(Box::new(make(settings)?))))
}

fn boxed_processor<P, F>(make: F) -> MakeSpanOutput
where
    P: SpanProcessor + 'static,
    F: Fn(&Settings) -> Result<P, Error> + 'static,
{
    Box::new(move |settings| Ok(SpanOutput::Processor(Box::new(make(settings)?))))
}

fn boxed_exporter<E, F>(name: String, make: F) -> MakeSpanOutput
where
    E: SpanExporter + 'static,
    F: Fn(&Settings) -> Result<E, Error> + 'static,
{
    Box::new(move |settings| {
        let exporter = make(settings)?;
        let sink = <dyn SpanSink>::from_exporter(name.clone(), exporter);
        sink.map(SpanOutput::Sink).map_err(|error| {
            Error::new(ErrorKind::System, format!("a thread for the span exporter `{name}`: {error}"))
        })
    })
}

impl Registry {
    /// Whether the name may be given; what speaks against it is kept for the start.
    fn admits(&mut self, what: &str, name: &str, known: bool, built_in: bool, taken: Taken) -> bool {
        let words = what.replace(' ', "_");
        let mistake = if !is_name(name) {
            Some("must be letters, digits, `-`, `_`, `.` and `/`, and not `none`".to_owned())
        } else if taken == Taken::Replace {
            None
        } else if known {
            Some(format!("is registered twice; `replace_{words}` registers in place of the first"))
        } else if built_in {
            Some(format!("comes with the toolkit; `replace_{words}` registers in place of it"))
        } else {
            None
        };
        let admitted = mistake.is_none();
        self.mistakes
            .extend(mistake.map(|mistake| format!("the {what} `{}` {mistake}", name.escape_debug())));
        admitted
    }

    /// The names for the configuration.
    pub(super) fn names(&self) -> RegisteredNames {
        RegisteredNames {
            metric_exporters: self.metric_exporters.keys().cloned().collect(),
            span_exporters: self.span_exporters.keys().cloned().collect(),
            instrumentations: self.instrumentations.iter().map(|one| one.name().to_owned()).collect(),
        }
    }

    /// All that was wrong with the registrations.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.mistakes.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Config, self.mistakes.join("\n")))
    }

    /// Makes what the configuration chose.
    pub(super) fn choose(&self, config: &Config) -> Result<Chosen, Error> {
        let mut errors = Vec::new();
        let telemetry = &config.telemetry;
        let metrics = telemetry.enabled && telemetry.metrics.enabled;
        let traces = telemetry.enabled && telemetry.tracing.enabled;
        let mut chosen = Chosen::default();
        for exporter in &telemetry.metrics.exporters {
            let MetricExporterConfig::Registered(own) = exporter else { continue };
            if metrics && let Some(sink) = make(&self.metric_exporters, own, &mut errors) {
                chosen.metric_sinks.push(sink);
            }
        }
        for exporter in &telemetry.tracing.exporters {
            let SpanExporterConfig::Registered(own) = exporter else { continue };
            match traces.then(|| make(&self.span_exporters, own, &mut errors)).flatten() {
                Some(SpanOutput::Sink(sink)) => chosen.span_sinks.push(sink),
                Some(SpanOutput::Processor(processor)) => chosen.span_processors.push(processor),
                None => {}
            }
        }
        match errors.as_slice() {
            [] => Ok(chosen),
            [only] => Err(only.clone()),
            [first, ..] => {
                let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                Err(Error::new(first.kind(), lines.join("\n")))
            }
        }
    }
}

type Make<T> = Box<dyn Fn(&Settings) -> Result<T, Error>>;

fn make<T>(
    registered: &BTreeMap<String, Make<T>>,
    own: &RegisteredConfig,
    errors: &mut Vec<Error>,
) -> Option<T> {
    // The configuration has checked the name.
    let make = registered.get(&own.name)?;
    make(&own.settings).map_err(|error| errors.push(error)).ok()
}

/// Whether a name can stand in a list of words, and means nothing else there.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    !name.is_empty() && name != "none" && name.chars().all(allowed)
}
