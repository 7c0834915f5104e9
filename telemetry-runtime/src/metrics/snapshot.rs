//! The one form in which metrics reach every exporter.
//!
//! A collection makes one [`Snapshot`]: our own store and the third-party instruments of `opentelemetry_sdk` together.
//! Exporters only read it, so that all of them show the same values.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::{SpanId, TraceId};

pub use super::attribute_set::Attributes;
use super::descriptor::InstrumentKind;

/// All metrics of the process at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When the collection was made.
    pub time: SystemTime,
    /// The metrics, grouped by instrumentation scope.
    pub scopes: Vec<ScopeMetrics>,
}

/// The metrics of one instrumentation scope.
#[derive(Clone, Debug)]
pub struct ScopeMetrics {
    /// Who produced the metrics.
    pub scope: MeterScope,
    /// The metrics; names are unique within a scope.
    pub metrics: Vec<Metric>,
}

/// An instrumentation scope (OpenTelemetry specification, "Instrumentation Scope").
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MeterScope {
    /// The scope's name.
    pub name: Cow<'static, str>,
    /// The scope's version.
    pub version: Option<Cow<'static, str>>,
    /// The schema URL.
    pub schema_url: Option<Cow<'static, str>>,
    /// The scope's attributes, among them `backstage.plugin.id`.
    pub attributes: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

/// One metric with all its points.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The full name, prefix included.
    pub name: Arc<str>,
    /// The description; may be empty.
    pub description: Cow<'static, str>,
    /// The UCUM unit; may be empty.
    pub unit: Cow<'static, str>,
    /// The instrument; `None` for a third-party one, which is known by its data only.
    pub kind: Option<InstrumentKind>,
    /// Since when sums and histograms count. A gauge, and a sum that also goes down, is always cumulative.
    pub temporality: Temporality,
    /// The points.
    pub data: MetricData,
}

/// Since when a sum or histogram counts (OpenTelemetry data model, "Temporality").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Temporality {
    /// Since the metric's start.
    #[default]
    Cumulative,
    /// Since the last export to the same destination.
    Delta,
}

/// The points of a metric, by kind.
#[derive(Clone, Debug)]
pub enum MetricData {
    /// A sum.
    Sum {
        /// Whether it only grows.
        monotonic: bool,
        /// One per attribute set.
        points: Vec<NumberPoint>,
    },
    /// Last values.
    Gauge {
        /// One per attribute set.
        points: Vec<NumberPoint>,
    },
    /// An explicit-bucket histogram.
    Histogram {
        /// Upper bounds of the buckets, strictly increasing, without the infinite one.
        bounds: Arc<[f64]>,
        /// One per attribute set.
        points: Vec<HistogramPoint>,
    },
}

/// One point of a sum or gauge.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberPoint {
    /// The attributes, keys unique.
    pub attributes: Attributes,
    /// When the sum started; for a gauge the time of the collection.
    pub start_time: SystemTime,
    /// The value.
    pub value: Number,
}

/// One point of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramPoint {
    /// The attributes, keys unique.
    pub attributes: Attributes,
    /// When the counts started.
    pub start_time: SystemTime,
    /// The number of measurements; the sum of `bucket_counts`.
    pub count: u64,
    /// The sum of the measurements.
    pub sum: f64,
    /// The smallest measurement, where known.
    pub min: Option<f64>,
    /// The largest measurement, where known.
    pub max: Option<f64>,
    /// One count per bucket, the last one above the last bound.
    pub bucket_counts: Vec<u64>,
    /// Single measurements with their spans, at most one per bucket.
    pub exemplars: Vec<Exemplar>,
}

/// A measurement, with the span in which it was made (OpenTelemetry data model, "Exemplars").
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    /// The bucket of its point that it was counted in.
    pub bucket: usize,
    /// The measurement.
    pub value: f64,
    /// When it was made.
    pub time: SystemTime,
    /// The trace of the span; invalid if it was made in none.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// The attributes that a view took from the point.
    pub filtered_attributes: Vec<(Cow<'static, str>, AttributeData)>,
}

/// A value of an instrument's number type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An unsigned integer.
    U64(u64),
    /// A signed integer.
    I64(i64),
    /// A floating point number.
    F64(f64),
}

impl Number {
    /// The sum of two numbers; of integers that do not fit together the largest.
    pub(crate) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::U64(a), Self::U64(b)) => Self::U64(a.saturating_add(b)),
            (Self::I64(a), Self::I64(b)) => Self::I64(a.saturating_add(b)),
            (a, b) => Self::F64(a.as_f64() + b.as_f64()),
        }
    }

    /// Whether it is this integer.
    #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "compared as doubles are")]
    fn is_integer(self, integer: i128) -> bool {
        match self {
            Self::U64(value) => i128::from(value) == integer,
            Self::I64(value) => i128::from(value) == integer,
            Self::F64(value) => value == integer as f64,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::U64(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::F64(value) => value.fmt(f),
        }
    }
}

macro_rules! equal_to_integers {
    ($($integer:ty),+) => {$(
        /// A floating point number equals an integer if it has no fraction and the same value.
        impl PartialEq<$integer> for Number {
            fn eq(&self, other: &$integer) -> bool {
                self.is_integer(i128::from(*other))
            }
        }
    )+};
}

equal_to_integers!(i32, u32, i64, u64);

/// As for the other integers.
impl PartialEq<usize> for Number {
    fn eq(&self, other: &usize) -> bool {
        i128::try_from(*other).is_ok_and(|other| self.is_integer(other))
    }
}

/// Any number, as a double.
impl PartialEq<f64> for Number {
    fn eq(&self, other: &f64) -> bool {
        self.as_f64() == *other
    }
}

/// An attribute's value as it is exported.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeData {
    /// A string.
    String(Cow<'static, str>),
    /// A boolean.
    Bool(bool),
    /// An integer.
    I64(i64),
    /// A floating point number.
    F64(f64),
    /// An array, as third-party code may produce it.
    Array(Vec<AttributeData>),
}
