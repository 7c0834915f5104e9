//! The lists of exporters in the files.

use super::draft::{ExporterDraft, ExporterKind, ExporterSettings, ExportersDraft};
use super::json::Json;
use super::keys::{Key, Kind, Secrecy, Section, Shown};
use super::kinds::{Switch, or_elsewhere};
use super::otlp::{self, Signal};
use super::read::{Object, Value, join};
use super::registered::Settings;
use super::schema::PrometheusConfig;
use super::scrape::PROMETHEUS;

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

/// The list of exporters of a signal: `type`, `enabled`, and the `config` of the type.
pub(super) struct Exporters(pub(super) Signal);

/// The `config` of a `console` exporter: it has nothing to configure.
const CONSOLE: Section<()> = Section::of(&[] as &[Key<()>]);

impl Kind<ExportersDraft> for Exporters {
    fn read(&self, value: &Value<'_>, target: &mut ExportersDraft) {
        let Some(list) = value.list() else { return };
        value.found();
        let mut exporters: Vec<ExporterDraft> = Vec::new();
        for value in list {
            let read = value.object(|entry| self.exporter(&value, entry, &target.registered));
            let Some(Some((enabled, exporter))) = read else {
                continue;
            };
            if !enabled {
                continue;
            }
            if let ExporterSettings::Prometheus(prometheus) = &exporter.settings
                && exporters.iter().any(|other| same_port(other, prometheus))
            {
                value.problem(format_args!("port {} is taken by another exporter", prometheus.port));
            }
            exporters.push(exporter);
        }
        // What is read later replaces what earlier sources chose.
        let registered = std::mem::take(&mut target.registered);
        *target = ExportersDraft { registered, listed: Some(exporters), ..ExportersDraft::default() };
    }

    fn schema(&self, default: &ExportersDraft) -> Json {
        let registered = &default.registered;
        let types = kinds(self.0, registered).into_iter().map(|(name, kind)| {
            let config = match kind.draft(registered) {
                ExporterSettings::Prometheus(prometheus) => PROMETHEUS.schema(&prometheus),
                ExporterSettings::Otlp(otlp) => otlp::section(self.0).schema(&otlp),
                ExporterSettings::Console => CONSOLE.schema(&()),
                // What it takes, only the program knows.
                ExporterSettings::Registered(_) => Json::object([("type", Json::text("object"))]),
            };
            Json::object([
                ("type", Json::text("object")),
                (
                    "properties",
                    Json::object([
                        ("type", Json::object([("const", Json::text(name))])),
                        ("enabled", Kind::<bool>::schema(&Switch, &true)),
                        ("config", config),
                    ]),
                ),
                ("required", Json::List(vec![Json::text("type")])),
                ("additionalProperties", Json::Boolean(false)),
            ])
        });
        let element = Json::object([("oneOf", Json::List(types.collect()))]);
        or_elsewhere(Json::object([("type", Json::text("array")), ("items", element)]))
    }

    fn show(&self, path: &str, target: &ExportersDraft) -> Shown {
        let exporters = target.listed.as_deref().unwrap_or_default();
        if exporters.is_empty() {
            let value = Json::List(Vec::new());
            return Shown::Value { path: path.to_owned(), value, secrecy: Secrecy::Open };
        }
        Shown::List(exporters.iter().map(|exporter| self.show_one(exporter)).collect())
    }
}

impl Exporters {
    fn exporter(
        &self,
        value: &Value<'_>,
        entry: &Object<'_>,
        registered: &[String],
    ) -> Option<(bool, ExporterDraft)> {
        let mut enabled = true;
        if let Some(value) = entry.get("enabled") {
            Kind::read(&Switch, &value, &mut enabled);
        }
        let config = entry.get("config");
        let Some(kind) = entry.get("type") else {
            value.problem("`type` is missing");
            return None;
        };
        let mut settings = kind.choice(&kinds(self.0, registered))?.draft(registered);
        kind.found();
        if let Some(config) = config {
            match &mut settings {
                ExporterSettings::Prometheus(prometheus) => PROMETHEUS.read(&config, prometheus),
                ExporterSettings::Otlp(otlp) => otlp::section(self.0).read(&config, otlp),
                ExporterSettings::Console if config.entries().is_empty() => {}
                ExporterSettings::Console => config.problem("the console exporter has nothing to configure"),
                ExporterSettings::Registered(own) => own.settings = Settings::new(&config)?,
            }
        } else if let ExporterSettings::Registered(own) = &mut settings {
            own.settings = Settings::none(format!("{}.config", value.path()));
        }
        Some((enabled, ExporterDraft { path: value.path().to_owned(), settings }))
    }

    fn show_one(&self, exporter: &ExporterDraft) -> Shown {
        let path = join(&exporter.path, "config");
        let (name, config) = match &exporter.settings {
            ExporterSettings::Prometheus(prometheus) => {
                ("prometheus", Some(PROMETHEUS.show(&path, prometheus)))
            }
            ExporterSettings::Otlp(otlp) => ("otlp", Some(otlp::section(self.0).show(&path, otlp))),
            ExporterSettings::Console => ("console", None),
            ExporterSettings::Registered(own) => {
                let secret = |key: &str| Shown::secret(join(&path, key));
                let entries: Vec<_> = own.settings.keys().map(|key| (key.to_owned(), secret(key))).collect();
                (own.name.as_str(), (!entries.is_empty()).then_some(Shown::Map(entries)))
            }
        };
        let kind = Shown::Value {
            path: join(&exporter.path, "type"),
            value: Json::text(name),
            secrecy: Secrecy::Open,
        };
        let config = config.map(|config| ("config".to_owned(), config));
        Shown::Map([("type".to_owned(), kind)].into_iter().chain(config).collect())
    }
}

fn same_port(exporter: &ExporterDraft, prometheus: &PrometheusConfig) -> bool {
    match &exporter.settings {
        ExporterSettings::Prometheus(other) => {
            prometheus.port != 0 && other.port == prometheus.port && other.host == prometheus.host
        }
        _ => false,
    }
}
