//! Exporters: the only place that names exporter crates.

mod counters;
mod diagnostics;
mod sink;

#[cfg(feature = "io")]
mod collector;
#[cfg(feature = "console")]
mod console;
#[cfg(feature = "io")]
mod foreign;
#[cfg(feature = "io")]
mod guard;
#[cfg(feature = "prometheus")]
mod http;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "io")]
mod plan;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(feature = "io")]
mod start;
#[cfg(all(test, feature = "io"))]
mod testing;
#[cfg(feature = "io")]
mod worker;

#[cfg(feature = "io")]
pub(crate) use collector::MetricSource;
pub use counters::{Counter, Counters};
pub use diagnostics::{Diagnostic, DiagnosticKind, Diagnostics};
#[cfg(feature = "io")]
pub(crate) use plan::{ExportPlan, MetricsPlan, SpanSource, SpansPlan};
pub use sink::{BoxFuture, ExportError, MetricSink, Receipt, SpanSink};
#[cfg(feature = "io")]
pub(crate) use start::{Exporters, start};
