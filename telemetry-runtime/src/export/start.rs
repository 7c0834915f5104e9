//! From a plan to running exporters.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::Resource;

use super::collector::Collector;
use super::counters::Counters;
use super::delta::DeltaSink;
use super::diagnostics::Diagnostics;
#[cfg(feature = "otlp")]
use super::later::Later;
#[cfg(feature = "prometheus")]
use super::pages::{Exposition, Pages};
use super::plan::{ExportPlan, MetricsPlan, SpansPlan};
use super::sink::{Destination, MetricSink, SpanSink};
use super::worker::{MetricsWork, Server, SpansWork, Work, Worker};
#[cfg(feature = "prometheus")]
use crate::config::PrometheusConfig;
use crate::config::{MetricExporterConfig, SpanExporterConfig};
#[cfg(feature = "otlp")]
use crate::config::{OtlpConfig, TlsConfig};
use crate::error::{Error, ErrorKind};
use crate::metrics::Snapshot;

/// The running exporters.
///
/// Dropping them ends the telemetry thread without a last export; [`Exporters::shutdown`] comes first.
pub(crate) struct Exporters {
    worker: Worker,
    collector: Option<Arc<Collector>>,
    prometheus: Option<SocketAddr>,
    #[cfg(feature = "prometheus")]
    pages: Option<Arc<Pages>>,
    #[cfg(test)]
    counters: Arc<Counters>,
}

/// Starts everything that the plan asks for.
///
/// # Errors
///
/// [`ErrorKind::Config`] for an exporter whose configuration cannot work, and [`ErrorKind::System`] where a thread
/// cannot be started. A scrape endpoint that cannot be opened is reported to the diagnostics, and the rest starts.
pub(crate) fn start(plan: ExportPlan) -> Result<Exporters, Error> {
    let mut starter = Starter {
        resource: plan.resource,
        diagnostics: plan.diagnostics,
        counters: plan.counters,
        servers: Vec::new(),
        prometheus: None,
        #[cfg(feature = "prometheus")]
        pages: None,
    };
    let mut collector = None;
    let mut metrics = None;
    if let Some(plan) = plan.metrics {
        let work = starter.metrics(plan)?;
        collector = Some(work.collector.clone());
        // Without a destination there is nothing to do periodically: scrapes collect by themselves.
        metrics = (!work.sinks.is_empty()).then_some(work);
    }
    let spans = plan.spans.map(|plan| starter.spans(plan)).transpose()?;
    #[cfg(feature = "prometheus")]
    let pages = starter.pages;
    let Starter { resource, diagnostics, counters, servers, prometheus, .. } = starter;
    #[cfg(test)]
    let kept = Arc::clone(&counters);
    let worker =
        Worker::start(Work { resource: Arc::new(resource), counters, diagnostics, servers, metrics, spans })?;
    Ok(Exporters {
        worker,
        collector,
        prometheus,
        #[cfg(feature = "prometheus")]
        pages,
        #[cfg(test)]
        counters: kept,
    })
}

impl Exporters {
    /// What exporters did so far.
    #[cfg(test)]
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Exports everything that was recorded before the call.
    ///
    /// It blocks, for at most `limit`, and may be called from anywhere, asynchronous code included.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] after `limit`; [`ErrorKind::Export`] if a destination did not take something since the
    /// last flush; [`ErrorKind::System`] if the telemetry thread does not run in this process.
    pub(crate) fn flush(&self, limit: Duration) -> Result<(), Error> {
        self.worker.flush(limit)
    }

    /// Exports everything that was recorded before the call, and ends the exporters. A second call does nothing.
    ///
    /// # Errors
    ///
    /// As [`Exporters::flush`].
    pub(crate) fn shutdown(&self, limit: Duration) -> Result<(), Error> {
        self.worker.shutdown(limit)
    }

    /// Where the scrape endpoint listens, if there is one.
    pub(crate) fn prometheus_address(&self) -> Option<SocketAddr> {
        self.prometheus
    }

    /// A snapshot of now, unless metrics are off.
    pub(crate) fn collect(&self) -> Option<Arc<Snapshot>> {
        Some(self.collector.as_ref()?.snapshot_blocking())
    }

    /// The metrics of now as a scraper reads them, unless they are off.
    #[cfg(feature = "prometheus")]
    pub(crate) fn exposition(&self, accept: &str) -> Option<Exposition> {
        Some(self.pages.as_ref()?.exposition(accept))
    }
}

/// What is gathered on the way.
struct Starter {
    resource: Resource,
    diagnostics: Diagnostics,
    counters: Arc<Counters>,
    servers: Vec<Server>,
    prometheus: Option<SocketAddr>,
    #[cfg(feature = "prometheus")]
    pages: Option<Arc<Pages>>,
}

impl Starter {
    fn metrics(&mut self, plan: MetricsPlan) -> Result<MetricsWork, Error> {
        let collector = Arc::new(Collector::start(
            plan.source,
            plan.third_party,
            plan.views,
            self.counters.clone(),
            self.diagnostics.clone(),
        )?);
        #[cfg(feature = "prometheus")]
        let pages = self.pages(&collector);
        #[cfg_attr(
            not(any(feature = "otlp", feature = "console")),
            expect(unused_mut, reason = "only exporters of a feature are added")
        )]
        let mut sinks: Vec<Destination<dyn MetricSink>> =
            plan.sinks.into_iter().map(Destination::registered).collect();
        for exporter in plan.exporters {
            match exporter {
                #[cfg(feature = "prometheus")]
                MetricExporterConfig::Prometheus(config) => self.prometheus(config, &pages)?,
                #[cfg(not(feature = "prometheus"))]
                MetricExporterConfig::Prometheus(_) => return Err(not_built("prometheus", "prometheus")),
                #[cfg(feature = "otlp")]
                MetricExporterConfig::Otlp(config) => {
                    sinks.push(Destination::ours(self.otlp_metrics(config)?));
                }
                #[cfg(not(feature = "otlp"))]
                MetricExporterConfig::Otlp(_) => return Err(not_built("otlp", "otlp-http")),
                #[cfg(feature = "console")]
                MetricExporterConfig::Console => {
                    sinks.push(Destination::ours(super::console::metric_sink()));
                }
                #[cfg(not(feature = "console"))]
                MetricExporterConfig::Console => return Err(not_built("console", "console")),
                // Bootstrap has made it: it is among the sinks.
                MetricExporterConfig::Registered(_) => {}
            }
        }
        let deltas = |Destination { sink, place }| Destination { sink: DeltaSink::around(sink), place };
        let sinks = sinks.into_iter().map(deltas).collect();
        Ok(MetricsWork { collector, interval: plan.interval, timeout: plan.timeout, sinks })
    }

    fn spans(&mut self, plan: SpansPlan) -> Result<SpansWork, Error> {
        #[cfg_attr(
            not(any(feature = "otlp", feature = "console")),
            expect(unused_mut, reason = "only exporters of a feature are added")
        )]
        let mut sinks: Vec<Destination<dyn SpanSink>> =
            plan.sinks.into_iter().map(Destination::registered).collect();
        for exporter in plan.exporters {
            match exporter {
                #[cfg(feature = "otlp")]
                SpanExporterConfig::Otlp(config) => {
                    sinks.push(Destination::ours(self.otlp_spans(config)?));
                }
                #[cfg(not(feature = "otlp"))]
                SpanExporterConfig::Otlp(_) => return Err(not_built("otlp", "otlp-http")),
                #[cfg(feature = "console")]
                SpanExporterConfig::Console => {
                    sinks.push(Destination::ours(super::console::span_sink()));
                }
                #[cfg(not(feature = "console"))]
                SpanExporterConfig::Console => return Err(not_built("console", "console")),
                // As with metrics.
                SpanExporterConfig::Registered(_) => {}
            }
        }
        Ok(SpansWork { source: plan.source, batch: plan.batch, sinks })
    }

    /// A destination over OTLP. Files that cannot be read, or hold no certificate, do not stop the host.
    #[cfg(feature = "otlp")]
    fn otlp_metrics(&self, config: OtlpConfig) -> Result<Box<dyn MetricSink>, Error> {
        let diagnostics = self.diagnostics.clone();
        let (temporality, has_files) = (config.temporality, config.tls != TlsConfig::default());
        let make = move || super::otlp::metric_sink(&config, &diagnostics);
        match make() {
            Err(error) if has_files => {
                self.tried_again("metrics", &error);
                Ok(Box::new(Later::<dyn MetricSink>::new("OTLP", temporality, make)))
            }
            result => result,
        }
    }

    #[cfg(feature = "otlp")]
    fn otlp_spans(&self, config: OtlpConfig) -> Result<Box<dyn SpanSink>, Error> {
        let diagnostics = self.diagnostics.clone();
        let (temporality, has_files) = (config.temporality, config.tls != TlsConfig::default());
        let make = move || super::otlp::span_sink(&config, &diagnostics);
        match make() {
            Err(error) if has_files => {
                self.tried_again("spans", &error);
                Ok(Box::new(Later::<dyn SpanSink>::new("OTLP", temporality, make)))
            }
            result => result,
        }
    }

    #[cfg(feature = "otlp")]
    fn tried_again(&self, what: &str, error: &Error) {
        let message = format!("{what} cannot be sent over OTLP: {error}; each export tries again");
        self.diagnostics.report(super::diagnostics::DiagnosticKind::Configuration, message);
    }

    /// The pages of all endpoints, and of servers of the program's own.
    #[cfg(feature = "prometheus")]
    fn pages(&mut self, collector: &Arc<Collector>) -> Arc<Pages> {
        let (counters, diagnostics) = (Arc::clone(&self.counters), self.diagnostics.clone());
        let pages = Arc::new(Pages::new(self.resource.clone(), Arc::clone(collector), counters, diagnostics));
        Arc::clone(self.pages.insert(pages))
    }

    #[cfg(feature = "prometheus")]
    fn prometheus(&mut self, config: PrometheusConfig, pages: &Arc<Pages>) -> Result<(), Error> {
        use super::diagnostics::DiagnosticKind;
        use super::http::{Endpoint, Limits, Service, bind, serve};

        if !config.path.starts_with('/') {
            let message = format!("the path `{}` of the metrics endpoint must start with `/`", config.path);
            return Err(Error::new(ErrorKind::Config, message));
        }
        #[cfg(not(feature = "tls"))]
        if config.tls.cert_file.is_some() {
            let message = "`tls` of the metrics endpoint needs the feature `tls` of telemetry-runtime";
            return Err(Error::new(ErrorKind::Config, message));
        }
        let Some((listener, address)) = bind(&config, &self.diagnostics) else {
            return Ok(());
        };
        self.prometheus.get_or_insert(address);
        let diagnostics = self.diagnostics.clone();
        let service = Service {
            endpoint: Endpoint::new(config.path, Arc::clone(pages)).asking_for(config.bearer_token),
            #[cfg(feature = "tls")]
            tls: super::http::Tls::new(&config.tls, diagnostics.clone()),
            limits: Limits::default(),
        };
        let server = async move {
            if let Err(error) = serve(listener, service).await {
                let message = format!("the metrics endpoint {address} has ended: {error}");
                diagnostics.report(DiagnosticKind::Endpoint, message);
            }
        };
        self.servers.push(Box::pin(server));
        Ok(())
    }
}

#[cfg(not(all(feature = "prometheus", feature = "otlp", feature = "console")))]
fn not_built(exporter: &str, feature: &str) -> Error {
    let message = format!("the exporter `{exporter}` needs the feature `{feature}` of telemetry-runtime");
    Error::new(ErrorKind::Config, message)
}
