//! Exporters: the only place that names exporter crates.

mod counters;
mod diagnostics;
mod sink;

mod collector;
#[cfg(feature = "console")]
mod console;
mod delta;
mod foreign;
mod guard;
#[cfg(feature = "prometheus")]
mod http;
#[cfg(feature = "otlp")]
mod later;
mod live_meters;
mod operations;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "prometheus")]
mod pages;
#[cfg(all(feature = "tls", any(feature = "prometheus", feature = "otlp")))]
mod pem;
mod plan;
#[cfg(feature = "prometheus")]
mod prometheus;
mod quiet;
mod sdk_bridge;
mod sdk_view;
mod start;
#[cfg(test)]
mod testing;
mod third_party;
mod worker;

pub(crate) use collector::MetricSource;
pub use counters::{Counter, Counters};
pub use diagnostics::{Diagnostic, DiagnosticKind, Diagnostics};
pub(crate) use live_meters::{LiveMeterProvider, set_meter_provider};
#[cfg(feature = "otlp-logs")]
pub(crate) use otlp::LogSink;
#[cfg(feature = "prometheus")]
pub use pages::Exposition;
pub(crate) use plan::{ExportPlan, MetricsPlan, SpanSource, SpansPlan};
#[cfg(all(feature = "fuzzing", feature = "prometheus"))]
pub(crate) use prometheus::render;
pub(crate) use quiet::is_own_thread;
pub(crate) use sdk_bridge::SdkReader;
pub(crate) use sdk_view::sdk_view;
pub use sink::{BoxFuture, ExportError, MetricSink, Receipt, SpanSink};
pub(crate) use start::{Exporters, start};
pub(crate) use third_party::GuardedMeterProvider;
