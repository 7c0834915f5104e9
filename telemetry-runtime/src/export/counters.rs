//! What was exported and what was lost, to the unit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts of one running export; all only grow.
#[derive(Debug, Default)]
pub struct Counters {
    /// Spans that were taken out of the queue for an exporter, counted once per exporter: those that were exported, failed,
    /// rejected or skipped, and those in flight.
    pub spans_offered: Counter,
    /// Spans that every exporter's destination took, counted once per exporter.
    pub spans_exported: Counter,
    /// Spans that an exporter gave up on, or that panicked with it.
    pub spans_failed: Counter,
    /// Spans that a destination refused in a partial success.
    pub spans_rejected: Counter,
    /// Spans that an exporter did not get because it was too far behind the others.
    pub spans_skipped: Counter,
    /// Metric points that a destination took, counted once per exporter.
    pub points_exported: Counter,
    /// Metric points that an exporter gave up on. Later exports carry the totals on.
    pub points_failed: Counter,
    /// Metric points that a destination refused in a partial success.
    pub points_rejected: Counter,
    /// Collections of all metrics.
    pub collections: Counter,
    /// Collections that did not wait for a callback.
    pub callbacks_late: Counter,
    /// Callbacks, or whole collections, that panicked.
    pub callbacks_panicked: Counter,
    /// Third-party metrics that no exporter can show, such as exponential histograms.
    pub metrics_unsupported: Counter,
    /// Metrics left out of an exposition because of their names.
    pub metrics_conflicting: Counter,
    /// Scrapes that were answered with metrics.
    pub scrapes: Counter,
    /// Metrics of the last collection with more series than their limit.
    pub(crate) metrics_overflowing: AtomicU64,
    books: Mutex<()>,
}

impl Counters {
    /// While the guard lives, no span changes from one count to another: what is read then adds up.
    pub(crate) fn books(&self) -> MutexGuard<'_, ()> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A count that many threads add to.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }
}
