//! The configuration while its sources are laid over one another, and the last step to its meaning.

use super::findings::Findings;
use super::otlp::{OtlpDraft, Signal};
use super::registered::{RegisteredConfig, RegisteredNames, Settings};
use super::schema::{Config, MetricExporterConfig, PrometheusConfig, SpanExporterConfig};
use super::scrape;

/// What the sources say so far. `config` starts with the defaults; what needs all sources to be decided is beside it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// All but the exporters, which stand below until [`Draft::config`].
    pub(super) config: Config,
    pub(super) metric_exporters: ExportersDraft,
    pub(super) span_exporters: ExportersDraft,
    /// The names of the instrumentations that the program registered.
    pub(super) instrumentations: Vec<String>,
}

/// The exporters of one signal.
#[derive(Debug, Default)]
pub(super) struct ExportersDraft {
    /// The names of the exporters that the program registered.
    pub(super) registered: Vec<String>,
    /// The enabled entries of the files, and in the end all that run; `None` where there is no list.
    pub(super) listed: Option<Vec<ExporterDraft>>,
    /// The types that the environment chooses; `None` where it does not.
    pub(super) chosen: Option<Vec<ExporterKind>>,
    /// What the environment says about this signal's OTLP exporter.
    pub(super) otlp: OtlpDraft,
    /// What the environment says about the Prometheus endpoint.
    pub(super) prometheus: PrometheusDraft,
    /// The environment wants no Prometheus endpoint.
    pub(super) without_prometheus: bool,
}

/// One exporter.
#[derive(Clone, Debug)]
pub(super) struct ExporterDraft {
    /// The key that it stands under; of an exporter that no file names, a path that no file can have.
    pub(super) path: String,
    pub(super) settings: ExporterSettings,
}

#[derive(Clone, Debug)]
pub(super) enum ExporterSettings {
    Prometheus(PrometheusConfig),
    Otlp(Box<OtlpDraft>),
    Console,
    Registered(RegisteredConfig),
}

/// What is laid over the first Prometheus exporter.
#[derive(Debug, Default)]
pub(super) struct PrometheusDraft {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
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
    pub(super) fn draft(self, registered: &[String]) -> ExporterSettings {
        match self {
            Self::Prometheus => ExporterSettings::Prometheus(PrometheusConfig::default()),
            Self::Otlp => ExporterSettings::Otlp(Box::default()),
            Self::Console => ExporterSettings::Console,
            Self::Registered(index) => {
                let name = registered.get(index).cloned().unwrap_or_default();
                let settings = Settings::none(format!("the configuration of `{name}`"));
                ExporterSettings::Registered(RegisteredConfig { name, settings })
            }
        }
    }

    /// An exporter that no file names.
    fn unlisted(self, signal: Signal, registered: &[String]) -> ExporterDraft {
        ExporterDraft { path: format!("({} {self:?})", signal.name()), settings: self.draft(registered) }
    }
}

impl ExporterSettings {
    pub(super) fn is(&self, kind: ExporterKind, registered: &[String]) -> bool {
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
    /// Decides which exporters run, and lays the environment over them.
    fn settle(&mut self, signal: Signal, findings: &Findings) {
        let listed = self.listed.take();
        let mut exporters = match &self.chosen {
            Some(kinds) => self.choose(kinds, listed.as_deref().unwrap_or_default(), signal),
            None => listed.unwrap_or_else(|| self.by_default(signal)),
        };
        if self.without_prometheus {
            exporters.retain(|exporter| !matches!(exporter.settings, ExporterSettings::Prometheus(_)));
        }
        for exporter in exporters.iter().filter(|exporter| exporter.path.starts_with('(')) {
            let source = match exporter.settings {
                _ if self.chosen.is_some() => findings.source(&chosen_by(signal)),
                // Without a list, it is the endpoint that brings it.
                ExporterSettings::Otlp(_) => findings.source(&format!("{}.endpoint", environment(signal))),
                _ => None,
            };
            if let Some(source) = source {
                findings.found(&format!("{}.type", exporter.path), source);
            }
        }
        let mut first_otlp = true;
        let mut first_prometheus = true;
        for exporter in &mut exporters {
            let config = format!("{}.config", exporter.path);
            match &mut exporter.settings {
                // The environment describes one receiver per signal. Were its headers given to every exporter, one
                // receiver would get the credentials of another.
                ExporterSettings::Otlp(otlp) => {
                    if std::mem::take(&mut first_otlp) {
                        otlp.overlay(&self.otlp);
                        findings.overlay(environment(signal), &config);
                    }
                    otlp.settle(signal);
                }
                ExporterSettings::Prometheus(prometheus) if std::mem::take(&mut first_prometheus) => {
                    let PrometheusDraft { host, port } = &self.prometheus;
                    if let Some(host) = host {
                        prometheus.host.clone_from(host);
                    }
                    prometheus.port = port.unwrap_or(prometheus.port);
                    findings.overlay(environment(signal), &config);
                }
                ExporterSettings::Prometheus(_)
                | ExporterSettings::Console
                | ExporterSettings::Registered(_) => {}
            }
            warn(&exporter.settings, &config, signal, findings);
        }
        self.listed = Some(exporters);
    }

    /// The exporters where no list names any.
    fn by_default(&self, signal: Signal) -> Vec<ExporterDraft> {
        let mut kinds = Vec::new();
        if signal == Signal::Metrics {
            kinds.push(ExporterKind::Prometheus);
        }
        // Somebody who says where the receiver is wants both signals to get there.
        if self.otlp.endpoint.is_some() {
            kinds.push(ExporterKind::Otlp);
        }
        kinds.into_iter().map(|kind| kind.unlisted(signal, &self.registered)).collect()
    }

    /// The listed exporters of the chosen types; a type that is not listed gets its defaults.
    fn choose(&self, kinds: &[ExporterKind], listed: &[ExporterDraft], signal: Signal) -> Vec<ExporterDraft> {
        let mut chosen = Vec::new();
        for kind in kinds {
            let before = chosen.len();
            let of_kind = listed.iter().filter(|exporter| exporter.settings.is(*kind, &self.registered));
            chosen.extend(of_kind.cloned());
            if chosen.len() == before {
                chosen.push(kind.unlisted(signal, &self.registered));
            }
        }
        chosen
    }
}

/// The path that the environment's values for a signal's exporters are found under until they are laid over one.
pub(super) const fn environment(signal: Signal) -> &'static str {
    match signal {
        Signal::Metrics => "(environment metrics)",
        Signal::Traces => "(environment traces)",
    }
}

/// The path that the variable which chooses a signal's exporters is found under.
pub(super) fn chosen_by(signal: Signal) -> String {
    format!("{} type", environment(signal))
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

    /// Decides what needs all sources.
    pub(super) fn settle(&mut self, findings: &Findings) {
        let metrics = &mut self.config.telemetry.metrics;
        metrics.export_timeout = metrics.export_timeout.min(metrics.export_interval);
        let batch = &mut self.config.telemetry.tracing.batch;
        batch.max_export_batch_size = batch.max_export_batch_size.min(batch.max_queue_size);
        self.metric_exporters.settle(Signal::Metrics, findings);
        self.span_exporters.settle(Signal::Traces, findings);
    }

    /// The meaning of all sources together, once it is settled.
    pub(super) fn config(&self) -> Config {
        let mut config = self.config.clone();
        let running = |exporters: &ExportersDraft| exporters.listed.clone().unwrap_or_default();
        let metrics = running(&self.metric_exporters).into_iter();
        config.telemetry.metrics.exporters = metrics
            .map(|exporter| match exporter.settings {
                ExporterSettings::Prometheus(prometheus) => MetricExporterConfig::Prometheus(prometheus),
                ExporterSettings::Otlp(otlp) => MetricExporterConfig::Otlp(otlp.config(Signal::Metrics)),
                ExporterSettings::Console => MetricExporterConfig::Console,
                ExporterSettings::Registered(own) => MetricExporterConfig::Registered(own),
            })
            .collect();
        let spans = running(&self.span_exporters).into_iter();
        config.telemetry.tracing.exporters = spans
            .filter_map(|exporter| match exporter.settings {
                // Neither source can choose it for spans.
                ExporterSettings::Prometheus(_) => None,
                ExporterSettings::Otlp(otlp) => Some(SpanExporterConfig::Otlp(otlp.config(Signal::Traces))),
                ExporterSettings::Console => Some(SpanExporterConfig::Console),
                ExporterSettings::Registered(own) => Some(SpanExporterConfig::Registered(own)),
            })
            .collect();
        config
    }
}

/// What is allowed and may be a mistake: other machines can reach or read what they should not.
fn warn(exporter: &ExporterSettings, path: &str, signal: Signal, findings: &Findings) {
    match exporter {
        ExporterSettings::Prometheus(prometheus) => scrape::warn(prometheus, path, findings),
        ExporterSettings::Otlp(otlp) => {
            let exposed = otlp.endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_private(otlp.insecure));
            if exposed && otlp.headers.as_ref().is_some_and(|headers| !headers.is_empty()) {
                let signal = signal.name();
                findings.notice(format!(
                    "the headers for OTLP {signal} go to another machine without encryption; use an `https` endpoint"
                ));
            }
        }
        _ => {}
    }
}
