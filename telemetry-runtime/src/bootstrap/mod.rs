//! From a configuration to running telemetry, and back.

mod builder;
mod instrumentation;
#[cfg(feature = "otlp-logs")]
mod logs;
mod main_function;
mod process;
mod registry;
mod running;
mod settings;
mod signals;
mod sources;
mod switches;
mod views;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::global;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

pub use builder::TelemetryBuilder;
pub use instrumentation::{Instrumentation, InstrumentationGuard};
pub use main_function::run_main;
pub use process::exit;
#[cfg(feature = "prometheus")]
pub use process::exposition;
pub use switches::is_instrumentation_on;

#[cfg(feature = "fuzzing")]
pub(crate) use self::settings::propagator;

use self::process::Claim;
use self::running::{Running, Shared};
use self::settings::Parts;
use crate::config::{self, Config, Explanation, Notice, SignalAction};
use crate::error::{Error, ErrorKind};
use crate::export::{self, DiagnosticKind, Diagnostics, LiveMeterProvider};
use crate::metrics::{self, Snapshot};
use crate::services::{self, PluginTelemetry, RootTelemetry};
use crate::trace::{self, LiveTracerProvider};

/// Running telemetry: it owns the exporters and the providers of `opentelemetry::global`.
///
/// Dropping it exports what was recorded and stops, within `telemetry.shutdown.timeoutMillis`. Keep it alive for as long as
/// the program runs; [`main`](crate::main) does so by itself. A program that ends by `std::process::exit` calls
/// [`exit`](crate::exit()) instead, and for signals there is [`TelemetryBuilder::signals`].
#[must_use = "dropping it stops telemetry"]
pub struct Telemetry {
    shared: Arc<Shared>,
}

impl Telemetry {
    /// Starts telemetry with `app-config.yaml` and `app-config.local.yaml` of the current folder, where they exist, and
    /// the environment.
    ///
    /// Without either, metrics are served on `http://127.0.0.1:9464/metrics`, and spans go to wherever
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` points.
    ///
    /// # Errors
    ///
    /// As [`TelemetryBuilder::bootstrap`].
    pub fn bootstrap() -> Result<Self, Error> {
        Self::builder().bootstrap()
    }

    /// Settings that only code knows; they win over the environment and the files.
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::new()
    }

    /// What gives every plugin and core service its telemetry, to be handed on to whoever makes plugins.
    pub fn root(&self) -> RootTelemetry {
        RootTelemetry::new()
    }

    /// Makes what code takes from `opentelemetry::global` from now on follow the telemetry of this process: meters,
    /// instruments and tracers that are taken before the start work after it, and after every restart.
    ///
    /// A start does this by itself. It is for programs that cannot start telemetry first, and call this instead: without an
    /// SDK, OpenTelemetry gives out instruments and tracers that never do anything. What is measured by them before the
    /// start is not kept, as it is by instruments of this crate.
    pub fn prepare() {
        global::set_meter_provider(LiveMeterProvider);
        global::set_tracer_provider(LiveTracerProvider);
    }

    /// The provider of `opentelemetry_sdk` behind third-party meters, for what only it can do; `None` where telemetry does
    /// not run.
    ///
    /// It ends with this telemetry. Callbacks of observable instruments that are made by it are not guarded: one that panics
    /// ends all third-party metrics. `opentelemetry::global` gives out meters without either limit.
    pub fn sdk_meter_provider(&self) -> Option<SdkMeterProvider> {
        Some(self.shared.running()?.meter_provider.clone())
    }

    /// The provider of `opentelemetry_sdk` behind third-party tracers, for what only it can do; `None` where spans are off.
    ///
    /// Its spans are parts of the same traces and go to the same exporters. It ends with this telemetry, and tracers of
    /// `opentelemetry::global` do not.
    pub fn sdk_tracer_provider(&self) -> Option<SdkTracerProvider> {
        self.shared.running()?.tracer_provider.clone()
    }

    /// Telemetry by hand for the plugin `id`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`] where `id` is not a plugin id.
    pub fn plugin(&self, id: &str) -> Result<PluginTelemetry, Error> {
        services::plugin(id)
    }

    /// Telemetry by hand for the core service `service`.
    ///
    /// # Errors
    ///
    /// As [`Telemetry::plugin`].
    pub fn core_service(&self, service: &str) -> Result<PluginTelemetry, Error> {
        services::core_service(service)
    }

    /// The configuration in effect.
    pub fn config(&self) -> &Config {
        &self.shared.loaded.config
    }

    /// The configuration in effect with the origin of each value; secrets are masked.
    pub fn effective_config(&self) -> &Explanation {
        &self.shared.loaded.explanation
    }

    /// What of the configuration has no effect or was replaced by a default. They were also reported at the start.
    pub fn notices(&self) -> &[Notice] {
        &self.shared.loaded.notices
    }

    /// Where metrics are scraped; `None` where no endpoint is configured, or where its port was taken.
    pub fn prometheus_address(&self) -> Option<SocketAddr> {
        self.shared.running()?.exporters.prometheus_address()
    }

    /// Whether spans are recorded and exported.
    pub fn traces(&self) -> bool {
        self.shared.running().is_some_and(|running| running.tracer_provider.is_some())
    }

    /// A snapshot of all metrics, as every exporter gets it; `None` where metrics are off.
    pub fn collect(&self) -> Option<Arc<Snapshot>> {
        self.shared.running()?.exporters.collect()
    }

    /// Exports everything recorded so far.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] where that took longer than `limit`: it goes on in the background. [`ErrorKind::Export`]
    /// where an exporter lost something since the last flush; diagnostics and metrics say what.
    pub fn flush(&self, limit: Duration) -> Result<(), Error> {
        self.shared.flush(limit)
    }

    /// Flushes and stops, as dropping does, and says how that went.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] where the bound was reached before everything was exported. [`ErrorKind::Export`] where an
    /// exporter lost something since the last flush.
    pub fn shutdown(self) -> Result<(), Error> {
        self.shared.stop()
    }

    fn start(mut builder: TelemetryBuilder) -> Result<Self, Error> {
        let mut claim = Claim::take(builder.replace)?;
        let loaded = config::load(&builder.sources)?;
        let config = loaded.config.clone();
        refuse_conflicts()?;
        let chosen = builder.registry.choose(&config)?;
        builder.metric_sinks.extend(chosen.metric_sinks);
        builder.span_sinks.extend(chosen.span_sinks);
        builder.span_processors.extend(chosen.span_processors);
        let instrumentations = std::mem::take(&mut builder.registry.instrumentations);

        let diagnostics = builder.diagnostics.clone().unwrap_or_else(Diagnostics::to_stderr);
        for notice in &loaded.notices {
            diagnostics.report(DiagnosticKind::Configuration, notice);
        }
        claim.end_replaced();
        metrics::set_cardinality_limit(config.telemetry.metrics.cardinality_limit);
        metrics::set_exemplar_filter(settings::exemplar_filter(config.telemetry.metrics.exemplar_filter));
        settings::install_propagators(&config.telemetry.tracing.propagators);
        switches::set(&config.telemetry.instrumentations);
        let running = if config.telemetry.enabled {
            let services = std::mem::take(&mut builder.services);
            let running = run(&config, builder, &diagnostics)?;
            let capture_end_user = config.backend.capture_end_user;
            services.install(settings::naming(&config), capture_end_user, diagnostics.clone());
            Some(running)
        } else {
            trace::uninstall();
            None
        };
        let runs = running.is_some();
        let shared = Arc::new(Shared::new(loaded, running));
        claim.keep(&shared);
        let telemetry = Self { shared };
        if runs {
            telemetry.finish_start(&instrumentations, &diagnostics);
        }
        Ok(telemetry)
    }

    /// What needs the running telemetry. Nothing here stops the program.
    fn finish_start(&self, instrumentations: &[Box<dyn Instrumentation>], diagnostics: &Diagnostics) {
        let action = self.config().telemetry.shutdown.signals.unwrap_or(SignalAction::Off);
        if let Err(error) = signals::arm(action) {
            let message = format!("telemetry cannot wait for signals: {error}");
            diagnostics.report(DiagnosticKind::Configuration, message);
        }
        self.shared.keep(instrumentation::start(instrumentations, self, diagnostics));
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        // What was lost is in the counts, and the exporters have reported why.
        drop(self.shared.stop());
        process::release(&self.shared);
    }
}

/// Two declarations that disagree cannot both be exported; which one is right, only the author knows.
fn refuse_conflicts() -> Result<(), Error> {
    let conflicts: Vec<String> = metrics::check().iter().map(ToString::to_string).collect();
    if conflicts.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::Conflict, conflicts.join("\n"))) }
}

/// Starts all parts and sets the globals.
fn run(config: &Config, builder: TelemetryBuilder, diagnostics: &Diagnostics) -> Result<Running, Error> {
    let views = views::install(config, diagnostics)?;
    let Parts { plan, trace, processors, meter_provider, guarded_meters, resource } =
        settings::parts(config, builder, diagnostics.clone(), &views);
    let traces = trace.is_some();
    match trace {
        Some(settings) => trace::install(settings),
        // Spans are off on purpose, and not just early.
        None => trace::uninstall(),
    }
    let exporters = match export::start(plan) {
        Ok(exporters) => exporters,
        Err(error) => {
            trace::uninstall();
            return Err(error);
        }
    };
    if processors.is_some() {
        let notice =
            "a span processor is at work: each span is made by OpenTelemetry's SDK once more, for `on_start`";
        diagnostics.report(DiagnosticKind::Configuration, notice);
    }
    Telemetry::prepare();
    let metrics = config.telemetry.metrics.enabled;
    export::set_meter_provider(metrics.then_some(guarded_meters));
    #[cfg(feature = "otlp-logs")]
    let logs = logs::LogParts { resource: resource.clone(), diagnostics: diagnostics.clone() };
    let tracer_provider = if traces { trace::tracer_provider(resource) } else { None };
    trace::set_tracer_provider(tracer_provider.clone());
    Ok(Running {
        exporters,
        processors,
        meter_provider,
        tracer_provider,
        #[cfg(feature = "otlp-logs")]
        logs,
    })
}
