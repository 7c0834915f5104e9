//! Code that uses `tracing`: trace ids on its log lines, and its spans in our traces.
//!
//! ```
//! use telemetry_instrumentation::tracing::{spans, with_trace_ids};
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! let lines = tracing_subscriber::fmt::layer().event_format(with_trace_ids(tracing_subscriber::fmt::format()));
//! let subscriber = tracing_subscriber::registry().with(spans()).with(lines);
//! # drop(subscriber);
//! ```
//!
//! and then `tracing::subscriber::set_global_default(subscriber)`, before or after telemetry starts.

mod ids;
#[cfg(feature = "logs")]
mod logs;
mod spans;

pub use ids::{WithTraceIds, with_trace_ids, with_trace_ids_json};
#[cfg(feature = "logs")]
pub use logs::{LogExport, RunningLogger, RunningLogs, RunningRecord, logs};
pub use spans::{RunningTracer, spans};
