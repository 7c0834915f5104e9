//! Exporters: the only place that names exporter crates.

mod counters;
mod diagnostics;
mod sink;

#[cfg(feature = "io")]
mod collector;
#[cfg(feature = "prometheus")]
mod http;
#[cfg(feature = "prometheus")]
mod prometheus;

pub use counters::{Counter, Counters};
pub use diagnostics::{Diagnostic, DiagnosticKind, Diagnostics};
pub use sink::{BoxFuture, ExportError, MetricSink, Receipt, SpanSink};
