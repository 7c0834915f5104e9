//! From a configuration to running telemetry, and back.

mod builder;
mod instrumentation;
mod main_function;
mod registry;
mod settings;
mod sources;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::global;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

pub use builder::TelemetryBuilder;
pub use instrumentation::{Instrumentation, InstrumentationGuard};
pub use main_function::run_main;

use self::settings::Parts;
use crate::config::{self, Config, Notice};
use crate::error::{Error, ErrorKind};
use crate::export::{self, DiagnosticKind, Diagnostics, Exporters};
use crate::metrics::{self, Snapshot};
use crate::services::{self, PluginTelemetry};
use crate::trace;

/// Whether a [`Telemetry`] is alive in this process.
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Running telemetry: it owns the exporters and the providers of `opentelemetry::global`.
///
/// Dropping it flushes what was recorded and stops, within the bound of [`TelemetryBuilder::shutdown_timeout`]. Keep it
/// alive for as long as the program runs; [`main`](crate::main) does so by itself.
#[must_use = "dropping it stops telemetry"]
pub struct Telemetry {
    config: Config,
    notices: Vec<Notice>,
    running: Option<Running>,
    instrumentations: Vec<InstrumentationGuard>,
    shutdown_timeout: Duration,
}

/// What runs unless `telemetry.enabled` is off.
struct Running {
    exporters: Exporters,
    meter_provider: SdkMeterProvider,
    tracer_provider: Option<SdkTracerProvider>,
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
        &self.config
    }

    /// What of the configuration has no effect or was replaced by a default. They were also reported at the start.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Where metrics are scraped; `None` where no endpoint is configured, or where its port was taken.
    pub fn prometheus_address(&self) -> Option<SocketAddr> {
        self.running.as_ref()?.exporters.prometheus_address()
    }

    /// Whether spans are recorded and exported.
    pub fn traces(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.tracer_provider.is_some())
    }

    /// A snapshot of all metrics, as every exporter gets it; `None` where metrics are off.
    pub fn collect(&self) -> Option<Arc<Snapshot>> {
        self.running.as_ref()?.exporters.collect()
    }

    /// Exports everything recorded so far.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] where that took longer than `limit`: it goes on in the background. [`ErrorKind::Export`]
    /// where an exporter lost something since the last flush; diagnostics and metrics say what.
    pub fn flush(&self, limit: Duration) -> Result<(), Error> {
        match &self.running {
            Some(running) => running.exporters.flush(limit),
            None => Ok(()),
        }
    }

    /// Flushes and stops, as dropping does, and says how that went.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] where the bound was reached before everything was exported. [`ErrorKind::Export`] where an
    /// exporter lost something since the last flush.
    pub fn shutdown(mut self) -> Result<(), Error> {
        self.stop()
    }

    fn start(mut builder: TelemetryBuilder) -> Result<Self, Error> {
        let claim = Claim::take()?;
        let loaded = config::load(&builder.sources)?;
        let mut config = loaded.config;
        builder.decide(&mut config);
        metrics::set_cardinality_limit(config.telemetry.metrics.cardinality_limit);
        refuse_conflicts()?;

        let diagnostics = builder.diagnostics.clone().unwrap_or_else(Diagnostics::to_stderr);
        for notice in &loaded.notices {
            diagnostics.report(DiagnosticKind::Configuration, notice);
        }
        let chosen = builder.registry.choose(&config)?;
        builder.metric_sinks.extend(chosen.metric_sinks);
        builder.span_sinks.extend(chosen.span_sinks);
        let registered = std::mem::take(&mut builder.registry.instrumentations);
        settings::install_propagators(&config.telemetry.tracing.propagators);
        let shutdown_timeout = builder.shutdown_timeout;
        let running = if config.telemetry.enabled {
            Some(run(&config, builder, diagnostics.clone())?)
        } else {
            trace::uninstall();
            None
        };
        claim.keep();
        let mut telemetry =
            Self { config, notices: loaded.notices, running, instrumentations: Vec::new(), shutdown_timeout };
        if telemetry.running.is_some() {
            telemetry.instrumentations = instrumentation::start(&registered, &telemetry, &diagnostics);
        }
        Ok(telemetry)
    }

    fn stop(&mut self) -> Result<(), Error> {
        let Some(running) = self.running.take() else { return Ok(()) };
        // From here on no span starts, and the ones that end until the last drain are exported. What ends later is counted.
        trace::uninstall();
        let result = running.exporters.shutdown(self.shutdown_timeout);
        // In the reverse of the order in which they were started.
        while let Some(guard) = self.instrumentations.pop() {
            drop(guard);
        }
        trace::queue::close();
        // Both providers only feed parts that have just been shut down; an error here says nothing new.
        drop(running.meter_provider.shutdown());
        if let Some(provider) = running.tracer_provider {
            drop(provider.shutdown());
        }
        result
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        // What was lost is in the counts, and the exporters have reported why.
        drop(self.stop());
        RUNNING.store(false, Ordering::Release);
    }
}

/// The right to be the one telemetry of the process; given back unless kept.
struct Claim {
    kept: bool,
}

impl Claim {
    fn take() -> Result<Self, Error> {
        if RUNNING.swap(true, Ordering::Acquire) {
            let message =
                "telemetry runs in this process already; drop the first `Telemetry` before starting another";
            return Err(Error::new(ErrorKind::AlreadyRunning, message));
        }
        Ok(Self { kept: false })
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.kept {
            RUNNING.store(false, Ordering::Release);
        }
    }
}

/// Two declarations that disagree cannot both be exported; which one is right, only the author knows.
fn refuse_conflicts() -> Result<(), Error> {
    let conflicts: Vec<String> = metrics::check().iter().map(ToString::to_string).collect();
    if conflicts.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::Conflict, conflicts.join("\n"))) }
}

/// Starts all parts and sets the globals.
fn run(config: &Config, builder: TelemetryBuilder, diagnostics: Diagnostics) -> Result<Running, Error> {
    let Parts { plan, trace, meter_provider, guarded_meters, resource } =
        settings::parts(config, builder, diagnostics);
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
    global::set_meter_provider(guarded_meters);
    let tracer_provider = if traces { trace::tracer_provider(resource) } else { None };
    if let Some(provider) = &tracer_provider {
        global::set_tracer_provider(provider.clone());
    }
    Ok(Running { exporters, meter_provider, tracer_provider })
}
