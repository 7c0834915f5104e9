//! The Prometheus spelling of metrics and attributes.
//!
//! The default translation of OpenTelemetry's "Prometheus and OpenMetrics Compatibility": characters that Prometheus does not
//! know become `_`, and the unit and the type are appended.

mod family;
mod label;
mod metric;
mod units;

pub use family::{Collision, Family, collisions, series_names};
pub use label::label_name;
pub use metric::metric_name;

/// What decides the suffixes of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A sum that only grows.
    Counter,
    /// A sum that goes up and down; exposed as a gauge.
    UpDownCounter,
    /// A last value.
    Gauge,
    /// A histogram with explicit buckets.
    Histogram,
}
