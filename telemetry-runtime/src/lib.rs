//! OpenTelemetry for Backstage-like plugin code: annotated functions, typed metrics, spans, configuration and
//! export.
//!
//! Attributes say what to record, and the compiler checks it. [`macro@backstage_plugin`] gives code its plugin,
//! [`macro@traced`] gives a function a span, [`macro@metric`] gives it metrics, and the derive
//! [`MetricSet`](derive@MetricSet) makes a struct of typed instruments. [`main`](macro@main) starts the
//! runtime, which reads `app-config.yaml`, serves Prometheus and sends OTLP.
//!
//! # First use
//!
//! ```no_run
//! use telemetry_runtime::{backstage_plugin, metric, traced};
//!
//! #[backstage_plugin(id = "todos")]
//! mod todos {
//!     use super::*;
//!
//!     /// Adds an item.
//!     #[traced(attributes(todo.length = text.len()))]
//!     #[metric(counter("items.added", unit = "{item}"), histogram = "adding.duration")]
//!     pub fn add(text: &str) -> Result<(), String> {
//!         if text.is_empty() { Err("an item needs a text".to_owned()) } else { Ok(()) }
//!     }
//! }
//!
//! #[telemetry_runtime::main]
//! fn main() -> Result<(), String> {
//!     todos::add("water the plants")
//! }
//! ```
//!
//! While the program runs, `http://127.0.0.1:9464/metrics` shows
//! `backstage_plugin_todos_items_added_total{outcome="ok",..} 1` and a histogram of seconds. With
//! `OTEL_EXPORTER_OTLP_ENDPOINT` set, every call is also a span, which says how the call ended: ok, error,
//! panic or cancelled. Metrics that are recorded before the start are kept and exported; spans before it are
//! not recorded.
//!
//! # Where to go on
//!
//! | to | use |
//! |---|---|
//! | record a function | [`macro@traced`], [`macro@metric`] |
//! | say whose telemetry it is | [`macro@backstage_plugin`], [`macro@backstage_core`], or `pluginId` in `[package.metadata.backstage]` of `Cargo.toml` |
//! | record what is not a function's call | [`MetricSet`](derive@MetricSet) with [`Counter`], [`Histogram`], [`Gauge`] and the others |
//! | give a metric attributes | [`MetricAttributes`](derive@MetricAttributes), [`AttributeValue`](derive@AttributeValue), [`Label`] |
//! | say what kind of error an error is, and which are expected | [`TelemetryError`](derive@TelemetryError) |
//! | write to the current span | [`span()`] |
//! | keep a value out of all telemetry | [`Sensitive`] |
//! | carry a span into tasks, threads and requests | [`context`] |
//! | start telemetry, with exporters of your own if need be | [`main`](macro@main), [`Telemetry`], [`TelemetryBuilder`] |
//! | configure it | [`config`] |
//! | make instruments and spans whose names only the running program knows, time by hand, cache a query | [`services`] |
//! | say on whose behalf a call is made | [`services::SpanOptions::credentials`], `credentials` and `request` of [`macro@traced`] |
//! | put an organisation's own system behind the services | [`services::MetricsBackend`], [`services::TracingBackend`] |
//! | test what is recorded | `#[telemetry_runtime::test]` and `testing`, with the feature `testing` |
//! | find metrics that are declared twice across crates | [`check()`] |
//!
//! # Features
//!
//! | feature | default | gives |
//! |---|---|---|
//! | `prometheus` | yes | a scrape endpoint: Prometheus text and OpenMetrics |
//! | `otlp-http` | yes | OTLP over http/protobuf and http/json |
//! | `otlp-grpc` | yes | OTLP over gRPC |
//! | `otlp-logs` | no | `Telemetry::logger_provider`: logs over OTLP |
//! | `tls` | yes | https: endpoints for OTLP, and a scrape endpoint of our own |
//! | `console` | yes | metrics and spans on standard output |
//! | `testing` | no | `testing` and `#[telemetry_runtime::test]`: captures of telemetry in tests |
//! | `off` | no | a program without the telemetry of the macros, see below |
//!
//! Without any of them everything is recorded and nothing is sent, unless the builder is given an exporter.
//!
//! With `off`, every attribute hands its item back as if it had not been written: no span, no metric, no wrapper, and no
//! start in [`main`](macro@main). Types with derives keep all that user code calls, and the instruments of a
//! [`MetricSet`](derive@MetricSet) take measurements without keeping them, in no collection. A test that takes a capture is
//! ignored. What is wrong stays an error, and what only telemetry made use of may be
//! reported as unused. Code that calls this crate itself is not touched: [`Telemetry`],
//! [`PluginTelemetry`] and [`context`] do what they always do. Cargo unites the features of a build, so that one crate that
//! turns it on does so for all: leave it to the program, or to the command line.

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
mod principal;
mod propagation;
mod self_telemetry;
mod sensitive;
pub mod services;
mod sync;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod trace;

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod __fuzzing;
#[doc(hidden)]
pub mod __private;

pub use attributes::{backstage_core, backstage_plugin, main, metric, test, traced};
#[cfg(feature = "prometheus")]
pub use bootstrap::exposition;
pub use bootstrap::{
    Instrumentation, InstrumentationGuard, Telemetry, TelemetryBuilder, exit, is_instrumentation_on,
};
pub use derives::{AttributeValue, MetricAttributes, MetricSet, TelemetryError, metric_name};
pub use error::{Error, ErrorKind};
pub use metrics::{
    AttributeValue, Counter, Gauge, Histogram, Label, MetricAttributes, MetricSet, ObservableCounter,
    ObservableGauge, ObservableUpDownCounter, Observer, UpDownCounter, check,
};
pub use outcome::{Outcome, TelemetryError};
pub use plugin::{Plugin, Scope, ScopeKind};
pub use sensitive::Sensitive;
pub use services::{PluginTelemetry, SpanOptions, TracingService, core_service, plugin};
pub use telemetry_naming as naming;
pub use trace::span;
