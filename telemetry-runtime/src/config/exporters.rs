//! The lists of exporters in the files.

use super::draft::{ExporterDraft, ExporterKind};
use super::otlp::{OtlpDraft, Signal};
use super::read::{Object, Value};
use super::registered::{RegisteredConfig, Settings};
use super::schema::PrometheusConfig;

/// The values of `type` for a signal.
pub(super) fn kinds(signal: Signal, registered: &[String]) -> Vec<(&str, ExporterKind)> {
    let built_in: &[_] = match signal {
        Signal::Metrics => &[
            ("prometheus", ExporterKind::Prometheus),
            ("otlp", ExporterKind::Otlp),
            ("console", ExporterKind::Console),
        ],
        Signal::Traces => &[("otlp", ExporterKind::Otlp), ("console", ExporterKind::Console)],
    };
    let own =
        registered.iter().enumerate().map(|(index, name)| (name.as_str(), ExporterKind::Registered(index)));
    // A program may replace what comes with the toolkit.
    let kept = built_in.iter().filter(|(name, _)| registered.iter().all(|own| own != name));
    kept.copied().chain(own).collect()
}

/// The enabled entries of a list of exporters. Disabled ones are checked all the same.
pub(super) fn read(list: &Value<'_>, signal: Signal, registered: &[String]) -> Option<Vec<ExporterDraft>> {
    let kinds = kinds(signal, registered);
    let mut exporters: Vec<ExporterDraft> = Vec::new();
    for value in list.list()? {
        let Some(Some((enabled, exporter))) = value.object(|entry| exporter(&value, entry, signal, &kinds))
        else {
            continue;
        };
        if !enabled {
            continue;
        }
        if let ExporterDraft::Prometheus(prometheus) = &exporter
            && exporters.iter().any(|other| same_port(other, prometheus))
        {
            value.problem(format_args!("port {} is taken by another exporter", prometheus.port));
        }
        exporters.push(exporter);
    }
    Some(exporters)
}

fn exporter(
    value: &Value<'_>,
    entry: &Object<'_>,
    signal: Signal,
    kinds: &[(&str, ExporterKind)],
) -> Option<(bool, ExporterDraft)> {
    let mut enabled = true;
    entry.set("enabled", &mut enabled, Value::boolean);
    let config = entry.get("config");
    let Some(kind) = entry.get("type") else {
        value.problem("`type` is missing");
        return None;
    };
    let exporter = match kind.choice(kinds)? {
        ExporterKind::Prometheus => {
            let mut prometheus = PrometheusConfig::default();
            if let Some(config) = config {
                config.object(|config| read_prometheus(config, &mut prometheus));
            }
            ExporterDraft::Prometheus(prometheus)
        }
        ExporterKind::Otlp => {
            let mut otlp = OtlpDraft::default();
            if let Some(config) = config {
                config.object(|config| otlp.read(config, signal));
            }
            ExporterDraft::Otlp(Box::new(otlp))
        }
        ExporterKind::Console => {
            if let Some(config) = config
                && !config.entries().is_empty()
            {
                config.problem("the console exporter has nothing to configure");
            }
            ExporterDraft::Console
        }
        chosen @ ExporterKind::Registered(_) => {
            let name = kinds.iter().find(|(_, kind)| *kind == chosen).map_or("", |(name, _)| name);
            let settings = match config {
                Some(config) => Settings::new(&config)?,
                None => Settings::none(format!("{}.config", value.path())),
            };
            ExporterDraft::Registered(RegisteredConfig { name: name.to_owned(), settings })
        }
    };
    Some((enabled, exporter))
}

fn read_prometheus(config: &Object<'_>, prometheus: &mut PrometheusConfig) {
    config.set("host", &mut prometheus.host, Value::text);
    config.set("port", &mut prometheus.port, |value| value.whole(&(0..=65_535), "a port")?.try_into().ok());
    config.set("path", &mut prometheus.path, |value| {
        let path = value.text()?;
        let valid = path.starts_with('/')
            && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte));
        if !valid {
            value.problem(format_args!("expected a path that starts with `/`, got {}", value.got()));
        }
        valid.then_some(path)
    });
}

fn same_port(exporter: &ExporterDraft, prometheus: &PrometheusConfig) -> bool {
    match exporter {
        ExporterDraft::Prometheus(other) => {
            prometheus.port != 0 && other.port == prometheus.port && other.host == prometheus.host
        }
        _ => false,
    }
}
