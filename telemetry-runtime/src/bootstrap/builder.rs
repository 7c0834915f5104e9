//! What code may decide before telemetry starts; it wins over the environment and the files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::trace::{ShouldSample, SpanExporter, SpanProcessor};

use super::Telemetry;
use super::registry::Registry;
use crate::config::{self, Environment, Explanation, SignalAction, Sources};
use crate::error::{Error, ErrorKind};
use crate::export::{Diagnostics, MetricSink, SpanSink};
use crate::services::{Authenticator, MetricsBackend, Seams, TracingBackend};

/// Makes an exporter once telemetry starts; it may fail where the system refuses a thread.
type MakeSpanSink = Box<dyn FnOnce() -> std::io::Result<Box<dyn SpanSink>>>;

/// Starts telemetry with settings that only code knows; from [`Telemetry::builder`].
#[must_use = "telemetry starts with `bootstrap`"]
pub struct TelemetryBuilder {
    pub(super) sources: Sources,
    pub(super) sampler: Option<Box<dyn ShouldSample>>,
    pub(super) span_sinks: Vec<Box<dyn SpanSink>>,
    pub(super) span_processors: Vec<Box<dyn SpanProcessor>>,
    pub(super) metric_sinks: Vec<Box<dyn MetricSink>>,
    pub(super) diagnostics: Option<Diagnostics>,
    pub(super) replace: bool,
    pub(super) registry: Registry,
    pub(super) services: Seams,
    exporters: Vec<MakeSpanSink>,
}

impl TelemetryBuilder {
    pub(super) fn new() -> Self {
        let mut sources = Sources::process();
        sources.code.default_signals = Some(SignalAction::Off);
        Self {
            sources,
            sampler: None,
            span_sinks: Vec::new(),
            span_processors: Vec::new(),
            metric_sinks: Vec::new(),
            diagnostics: None,
            replace: false,
            registry: Registry::default(),
            services: Seams::default(),
            exporters: Vec::new(),
        }
    }

    /// Reads this configuration file, instead of `app-config.yaml` and `app-config.local.yaml`. Of several files, later
    /// ones win. Relative paths start from the current folder.
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.sources.files.get_or_insert_default().push(path.into());
        self
    }

    /// Reads no configuration file, not even the default ones.
    pub fn without_config_files(mut self) -> Self {
        self.sources.files = Some(Vec::new());
        self
    }

    /// Reads these environment variables instead of the process's own, for a test or a program that embeds another.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.sources.environment = environment;
        self
    }

    /// Sets a key of `app-config.yaml` to a value, written as in YAML; it wins over the environment and the files.
    ///
    /// A key or value that is wrong is a mistake of the configuration as any other, and stops the start.
    ///
    /// ```
    /// use telemetry_runtime::Telemetry;
    ///
    /// let builder = Telemetry::builder()
    ///     .without_config_files()
    ///     .config_value("telemetry.resource.serviceName", "portal");
    /// let explanation = builder.explain();
    /// assert!(explanation.problems().is_empty());
    /// assert!(explanation.to_string().contains("serviceName: portal"));
    /// ```
    pub fn config_value(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.sources.code.values.push((key.into(), value.into()));
        self
    }

    /// Serves Prometheus on this port, 0 for a free one, wherever the configuration has an endpoint.
    pub fn prometheus_port(mut self, port: u16) -> Self {
        self.sources.code.prometheus_port = Some(port);
        self
    }

    /// Asks this sampler instead of the configured one.
    pub fn sampler(mut self, sampler: impl ShouldSample + 'static) -> Self {
        self.adds("a sampler, instead of `telemetry.tracing.sampler`");
        self.sampler = Some(Box::new(sampler));
        self
    }

    /// Also sends spans to this exporter for `opentelemetry_sdk`, which gets a thread of its own.
    pub fn span_exporter(mut self, name: impl Into<String>, exporter: impl SpanExporter + 'static) -> Self {
        let name = name.into();
        self.adds(format!("the span exporter `{name}`"));
        self.exporters.push(Box::new(move || <dyn SpanSink>::from_exporter(name, exporter)));
        self
    }

    /// Also sends spans here.
    pub fn span_sink(mut self, sink: impl SpanSink + 'static) -> Self {
        self.adds(format!("the span sink `{}`", sink.name()));
        self.span_sinks.push(Box::new(sink));
        self
    }

    /// Also shows every span to this processor for `opentelemetry_sdk`, as
    /// [`TelemetryBuilder::register_span_processor`] does for one that the configuration chooses.
    pub fn span_processor(mut self, processor: impl SpanProcessor + 'static) -> Self {
        self.adds("a span processor");
        self.span_processors.push(Box::new(processor));
        self
    }

    /// Also sends metrics here, at the interval `telemetry.metrics.collection.exportIntervalMillis`.
    pub fn metric_sink(mut self, sink: impl MetricSink + 'static) -> Self {
        self.adds(format!("the metric sink `{}`", sink.name()));
        self.metric_sinks.push(Box::new(sink));
        self
    }

    /// Tells this hook what goes wrong after the start, instead of writing a line to standard error.
    pub fn diagnostics(mut self, diagnostics: Diagnostics) -> Self {
        self.diagnostics = Some(diagnostics);
        self
    }

    /// How long the last export may take, whatever the configuration says; 5 seconds by default.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.sources.code.shutdown_timeout = Some(limit);
        self
    }

    /// What is done on SIGTERM and SIGINT, whatever the configuration says. On other systems than Unix it has no effect.
    ///
    /// By default nothing is done, as the process may be somebody else's; only [`main`](crate::main), which owns it, ends it
    /// after a last export. A program that handles signals itself ends telemetry by dropping it, and where it ends some
    /// other way, [`SignalAction::Flush`] keeps what was recorded.
    pub fn signals(mut self, action: SignalAction) -> Self {
        self.sources.code.signals = Some(action);
        self
    }

    /// Ends the telemetry that runs in this process, if there is one, and takes its place. Once the configuration is known
    /// to be right, the other one exports what is left and stops; its `Telemetry` stays without effect.
    ///
    /// Without this, a second start is an error. Instruments, spans, plugins' services and what was taken from
    /// `opentelemetry::global` go on in the new one.
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }

    /// Sends what [`MetricsService`](crate::services::MetricsService)s record here, in place of the store.
    pub fn metrics_backend(mut self, backend: impl MetricsBackend + 'static) -> Self {
        self.services.metrics = Some(Box::new(backend));
        self
    }

    /// Has the spans of [`TracingService`](crate::TracingService)s made here, in place of the recorder.
    pub fn tracing_backend(mut self, backend: impl TracingBackend + 'static) -> Self {
        self.services.tracing = Some(Box::new(backend));
        self
    }

    /// Asks this authenticator on whose behalf a request is made, for spans that are given a request.
    pub fn authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.services.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Starts telemetry.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Config`]: a file, a variable or a registration is wrong; the text has a line per mistake, with its
    ///   place. What a registered factory refuses is among them, with the kind that the factory gave it.
    /// - [`ErrorKind::Conflict`]: two declarations of one metric disagree; the text names both places.
    /// - [`ErrorKind::AlreadyRunning`]: a [`Telemetry`] is alive in this process, and [`TelemetryBuilder::replace`] was not
    ///   asked for.
    /// - [`ErrorKind::System`]: the operating system refused a thread.
    ///
    /// A port in use or a collector that cannot be reached is not an error: it is reported, and the program goes on.
    pub fn bootstrap(mut self) -> Result<Telemetry, Error> {
        self.registry.check()?;
        self.sources.registered = self.registry.names();
        for make in std::mem::take(&mut self.exporters) {
            let sink = make().map_err(|error| {
                Error::new(ErrorKind::System, format!("a thread for a span exporter: {error}"))
            })?;
            self.span_sinks.push(sink);
        }
        Telemetry::start(self)
    }

    /// What the configuration comes to, and where each value comes from; also where something is wrong. It starts nothing.
    pub fn explain(&self) -> Explanation {
        let registered = self.registry.names();
        config::explain(&Sources { registered, ..self.sources.clone() })
    }

    /// Remembers what no key of the configuration says, for those who want to see it.
    fn adds(&mut self, what: impl Into<String>) {
        self.sources.code.additions.push(what.into());
    }
}
