//! What a captured histogram holds.

use std::fmt;
use std::sync::Arc;

use crate::metrics::HistogramPoint;

/// The measurements of a histogram, in one series or in several together.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    bounds: Arc<[f64]>,
    counts: Vec<u64>,
    sum: f64,
    min: Option<f64>,
    max: Option<f64>,
}

impl Distribution {
    /// No measurements.
    pub(super) fn new(bounds: Arc<[f64]>) -> Self {
        Self { counts: vec![0; bounds.len() + 1], bounds, sum: 0.0, min: None, max: None }
    }

    pub(super) fn add(&mut self, point: &HistogramPoint) {
        for (count, more) in self.counts.iter_mut().zip(&point.bucket_counts) {
            *count += more;
        }
        self.sum += point.sum;
        self.min = self.min.into_iter().chain(point.min).reduce(f64::min);
        self.max = self.max.into_iter().chain(point.max).reduce(f64::max);
    }

    /// How many measurements there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Their sum, in the histogram's unit: seconds for durations.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The smallest one; `None` without measurements.
    pub fn min(&self) -> Option<f64> {
        self.min
    }

    /// The largest one; `None` without measurements.
    pub fn max(&self) -> Option<f64> {
        self.max
    }

    /// The buckets, each with its upper bound and how many measurements are in it and not in the one before. The last
    /// bound is infinite.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        self.bounds.iter().copied().chain([f64::INFINITY]).zip(self.counts.iter().copied())
    }
}

/// `count=3 sum=0.75 min=0.25 max=0.25`
impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "count={} sum={}", self.count(), self.sum)?;
        self.min.map_or(Ok(()), |min| write!(f, " min={min}"))?;
        self.max.map_or(Ok(()), |max| write!(f, " max={max}"))
    }
}
