//! The configuration while its sources are laid over one another, and the last step to its meaning.

use std::time::Duration;

use super::endpoint::is_loopback;
use super::otlp::{OtlpDraft, Signal};
use super::problem::Problems;
use super::registered::{RegisteredConfig, RegisteredNames, Settings};
use super::schema::{Config, MetricExporterConfig, PrometheusConfig, SpanExporterConfig};

/// What the sources say so far. `config` starts with the defaults; what needs all sources to be decided is beside it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// All but the exporters, which stand below until [`Draft::finish`].
    pub(super) config: Config,
    pub(super) metric_exporters: ExportersDraft,
    pub(super) span_exporters: ExportersDraft,
    /// `telemetry.metrics.collection.exportTimeoutMillis`
    pub(super) metric_timeout: Option<Duration>,
    /// `telemetry.tracing.batch.maxExportBatchSize`
    pub(super) batch_size: Option<usize>,
    /// The names of the instrumentations that the program registered.
    pub(super) instrumentations: Vec<String>,
}

/// The exporters of one signal.
#[derive(Debug, Default)]
pub(super) struct ExportersDraft {
    /// The names of the exporters that the program registered.
    pub(super) registered: Vec<String>,
    /// The enabled entries of the files; `None` where they have no list.
    pub(super) listed: Option<Vec<ExporterDraft>>,
    /// The types that the environment chooses; `None` where it does not.
    pub(super) chosen: Option<Vec<ExporterKind>>,
    /// What the environment says about this signal's OTLP exporter.
    pub(super) otlp: OtlpDraft,
    /// What the environment says about the Prometheus endpoint.
    pub(super) prometheus_host: Option<String>,
    pub(super) prometheus_port: Option<u16>,
}

/// One exporter.
#[derive(Clone, Debug)]
pub(super) enum ExporterDraft {
    Prometheus(PrometheusConfig),
    Otlp(Box<OtlpDraft>),
    Console,
    Registered(RegisteredConfig),
}

/// The values of an exporter's `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExporterKind {
    Prometheus,
    Otlp,
    Console,
    /// The position among the registered names.
    Registered(usize),
}

impl ExporterKind {
    fn draft(self, registered: &[String]) -> ExporterDraft {
        match self {
            Self::Prometheus => ExporterDraft::Prometheus(PrometheusConfig::default()),
            Self::Otlp => ExporterDraft::Otlp(Box::default()),
            Self::Console => ExporterDraft::Console,
            Self::Registered(index) => {
                let name = registered.get(index).cloned().unwrap_or_default();
                let settings = Settings::none(format!("the configuration of `{name}`"));
                ExporterDraft::Registered(RegisteredConfig { name, settings })
            }
        }
    }
}

impl ExporterDraft {
    fn is(&self, kind: ExporterKind, registered: &[String]) -> bool {
        match self {
            Self::Prometheus(_) => kind == ExporterKind::Prometheus,
            Self::Otlp(_) => kind == ExporterKind::Otlp,
            Self::Console => kind == ExporterKind::Console,
            Self::Registered(RegisteredConfig { name, .. }) => {
                matches!(kind, ExporterKind::Registered(index) if registered.get(index) == Some(name))
            }
        }
    }
}

impl ExportersDraft {
    /// The exporters of `signal`.
    fn finish(self, signal: Signal) -> Vec<ExporterDraft> {
        let by_default = || {
            let mut kinds = Vec::new();
            if signal == Signal::Metrics {
                kinds.push(ExporterKind::Prometheus);
            }
            // Somebody who says where the receiver is wants both signals to get there.
            if self.otlp.endpoint.is_some() {
                kinds.push(ExporterKind::Otlp);
            }
            kinds.into_iter().map(|kind| kind.draft(&self.registered)).collect()
        };
        let mut exporters = match (self.chosen, self.listed) {
            (Some(kinds), listed) => choose(&kinds, &listed.unwrap_or_default(), &self.registered),
            (None, Some(listed)) => listed,
            (None, None) => by_default(),
        };
        let mut first_otlp = true;
        let mut first_prometheus = true;
        for exporter in &mut exporters {
            match exporter {
                // The environment describes one receiver per signal. Were its headers given to every exporter, one
                // receiver would get the credentials of another.
                ExporterDraft::Otlp(otlp) if std::mem::take(&mut first_otlp) => otlp.overlay(&self.otlp),
                ExporterDraft::Prometheus(prometheus) if std::mem::take(&mut first_prometheus) => {
                    if let Some(host) = &self.prometheus_host {
                        prometheus.host.clone_from(host);
                    }
                    prometheus.port = self.prometheus_port.unwrap_or(prometheus.port);
                }
                _ => {}
            }
        }
        exporters
    }
}

/// The listed exporters of the chosen types; a type that is not listed gets its defaults.
fn choose(kinds: &[ExporterKind], listed: &[ExporterDraft], registered: &[String]) -> Vec<ExporterDraft> {
    let mut chosen = Vec::new();
    for kind in kinds {
        let before = chosen.len();
        chosen.extend(listed.iter().filter(|exporter| exporter.is(*kind, registered)).cloned());
        if chosen.len() == before {
            chosen.push(kind.draft(registered));
        }
    }
    chosen
}

impl Draft {
    /// The defaults, for a program with these names.
    pub(super) fn new(names: &RegisteredNames) -> Self {
        let exporters =
            |names: &[String]| ExportersDraft { registered: names.to_vec(), ..ExportersDraft::default() };
        Self {
            metric_exporters: exporters(&names.metric_exporters),
            span_exporters: exporters(&names.span_exporters),
            instrumentations: names.instrumentations.clone(),
            ..Self::default()
        }
    }

    /// The meaning of all sources together.
    pub(super) fn finish(self, problems: &Problems) -> Config {
        let mut config = self.config;
        let metrics = &mut config.telemetry.metrics;
        let timeout = self.metric_timeout.unwrap_or(metrics.export_timeout);
        metrics.export_timeout = timeout.min(metrics.export_interval);
        metrics.exporters = self
            .metric_exporters
            .finish(Signal::Metrics)
            .into_iter()
            .inspect(|exporter| warn(exporter, Signal::Metrics, problems))
            .map(|exporter| match exporter {
                ExporterDraft::Prometheus(prometheus) => MetricExporterConfig::Prometheus(prometheus),
                ExporterDraft::Otlp(otlp) => MetricExporterConfig::Otlp(otlp.finish(Signal::Metrics)),
                ExporterDraft::Console => MetricExporterConfig::Console,
                ExporterDraft::Registered(own) => MetricExporterConfig::Registered(own),
            })
            .collect();
        let tracing = &mut config.telemetry.tracing;
        let size = self.batch_size.unwrap_or(tracing.batch.max_export_batch_size);
        tracing.batch.max_export_batch_size = size.min(tracing.batch.max_queue_size);
        tracing.exporters = self
            .span_exporters
            .finish(Signal::Traces)
            .into_iter()
            .inspect(|exporter| warn(exporter, Signal::Traces, problems))
            .filter_map(|exporter| match exporter {
                // Neither source can choose it for spans.
                ExporterDraft::Prometheus(_) => None,
                ExporterDraft::Otlp(otlp) => Some(SpanExporterConfig::Otlp(otlp.finish(Signal::Traces))),
                ExporterDraft::Console => Some(SpanExporterConfig::Console),
                ExporterDraft::Registered(own) => Some(SpanExporterConfig::Registered(own)),
            })
            .collect();
        config
    }
}

/// What is allowed and may be a mistake: other machines can reach or read what they should not.
fn warn(exporter: &ExporterDraft, signal: Signal, problems: &Problems) {
    match exporter {
        ExporterDraft::Prometheus(prometheus) if !is_loopback(&prometheus.host) => problems.notice(format!(
            "the metrics endpoint listens on {}, where other machines can reach it",
            prometheus.host
        )),
        ExporterDraft::Otlp(otlp) => {
            let exposed = otlp.endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_private(otlp.insecure));
            if exposed && otlp.headers.as_ref().is_some_and(|headers| !headers.is_empty()) {
                let signal = signal.name();
                problems.notice(format!(
                    "the headers for OTLP {signal} go to another machine without encryption; use an `https` endpoint"
                ));
            }
        }
        _ => {}
    }
}
