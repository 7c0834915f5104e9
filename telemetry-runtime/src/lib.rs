//! OpenTelemetry for plugin code: annotated functions, typed metrics, spans, configuration and export.

// Generated code names this crate as `::telemetry_runtime`; that has to hold inside the crate too.
extern crate self as telemetry_runtime;

mod attributes;
mod bootstrap;
mod call;
mod clock;
pub mod config;
pub mod context;
mod derives;
mod error;
pub mod export;
pub mod metrics;
mod outcome;
mod plugin;
mod self_telemetry;
mod services;
pub mod trace;

#[doc(hidden)]
pub mod __private;

pub use attributes::{backstage_core, backstage_plugin, main, metric, traced};
pub use bootstrap::{Telemetry, TelemetryBuilder};
pub use derives::{AttributeValue, MetricAttributes, MetricSet, metric_name};
pub use error::{Error, ErrorKind};
pub use metrics::{
    AttributeValue, Counter, Gauge, Histogram, Label, MetricAttributes, MetricSet, ObservableCounter,
    ObservableGauge, ObservableUpDownCounter, Observer, UpDownCounter, check,
};
pub use outcome::Outcome;
pub use plugin::{Plugin, Scope, ScopeKind};
pub use services::PluginTelemetry;
pub use telemetry_naming as naming;
pub use trace::span;
