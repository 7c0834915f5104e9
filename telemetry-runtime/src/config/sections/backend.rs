//! `backend.metrics` and `backend.tracing`

use std::collections::BTreeMap;

use telemetry_naming::check::{self, NameError};

use super::super::json::Json;
use super::super::keys::{Key, Kind, Section, Shown, keys};
use super::super::kinds::{Checked, Choice, MapOf, Optional, Switch, Text};
use super::super::read::Value;
use super::super::schema::{BackendConfig, MetricNaming, ScopeOverride};
use super::views::NAMINGS;

pub(super) const BACKEND: &[Key<BackendConfig>] = keys!(BackendConfig {
    /// The names of metrics.
    "metrics" => : Section::of(METRICS);
    /// What spans say.
    "tracing" => : Section::of(TRACING);
});

const METRICS: &[Key<BackendConfig>] = keys!(BackendConfig {
    /// The first word of metric names, at most 63 bytes.
    "serviceName" => .service_name: Checked { check: root_name, pattern: "^[A-Za-z][A-Za-z0-9_.\\-/]{0,62}$" };
    /// The version of the meter.
    "serviceVersion" => .service_version: Optional(Text);
    /// What is particular to a plugin, by its id.
    "plugin" => : MetricsOfPlugins;
});

const TRACING: &[Key<BackendConfig>] = keys!(BackendConfig {
    /// What is taken from the caller.
    "capture" => : Section::of(keys!(BackendConfig {
        /// Whether spans name the user or service that calls, as `enduser.id`.
        "endUser" => .capture_end_user: Switch;
    }));
    /// What is particular to a plugin, by its id.
    "plugin" => .tracers: MapOf { check: plugin_id, kind: Section::of(keys!(ScopeOverride {
        /// The plugin's tracer.
        "tracer" => : Section::of(SCOPE);
    })) };
});

const SCOPE: &[Key<ScopeOverride>] = keys!(ScopeOverride {
    /// The name of the instrumentation scope.
    "name" => .name: Optional(Text);
    /// Its version.
    "version" => .version: Optional(Text);
    /// The URL of the schema that its attributes follow.
    "schemaUrl" => .schema_url: Optional(Text);
});

/// What is particular to the metrics of a plugin.
#[derive(Default)]
struct MetricsOfPlugin {
    meter: ScopeOverride,
    naming: Option<MetricNaming>,
}

const PLUGINS: MapOf<Section<MetricsOfPlugin>> = MapOf {
    check: plugin_id,
    kind: Section::of(keys!(MetricsOfPlugin {
        /// The plugin's meter.
        "meter" => .meter: Section::of(SCOPE);
        /// How the plugin's metrics are named; instead of `telemetry.metrics.naming`.
        "naming" => .naming: Optional(Choice(NAMINGS));
    })),
};

/// The same, kept as one mapping for each key.
struct MetricsOfPlugins;

impl MetricsOfPlugins {
    fn by_plugin(backend: &BackendConfig) -> BTreeMap<String, MetricsOfPlugin> {
        let mut plugins = BTreeMap::<String, MetricsOfPlugin>::new();
        for (id, meter) in &backend.meters {
            plugins.entry(id.clone()).or_default().meter.clone_from(meter);
        }
        for (id, naming) in &backend.naming {
            plugins.entry(id.clone()).or_default().naming = Some(*naming);
        }
        plugins
    }
}

impl Kind<BackendConfig> for MetricsOfPlugins {
    fn read(&self, value: &Value<'_>, target: &mut BackendConfig) {
        let mut plugins = Self::by_plugin(target);
        PLUGINS.read(value, &mut plugins);
        target.meters.clear();
        target.naming.clear();
        for (id, MetricsOfPlugin { meter, naming }) in plugins {
            target.naming.extend(naming.map(|naming| (id.clone(), naming)));
            if meter != ScopeOverride::default() {
                target.meters.insert(id, meter);
            }
        }
    }

    fn schema(&self, default: &BackendConfig) -> Json {
        PLUGINS.schema(&Self::by_plugin(default))
    }

    fn show(&self, path: &str, target: &BackendConfig) -> Shown {
        PLUGINS.show(path, &Self::by_plugin(target))
    }
}

fn root_name(name: &str) -> Result<(), String> {
    check::root_name(name).map_err(|error| match error {
        NameError::MetricNameLength => "the root of metric names takes at most 63 bytes".to_owned(),
        _ => error.message().to_owned(),
    })
}

fn plugin_id(id: &str) -> Result<(), String> {
    check::plugin_id(id).map_err(|error| error.message().to_owned())
}
