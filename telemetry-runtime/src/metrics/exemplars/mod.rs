//! Exemplars: single measurements of histograms, with the span in which they were made.
//!
//! Of each series and bucket the latest one is kept that a thread was the first to offer since the last collection. Whether
//! it did so is one word per series in the thread's slab: the number of the interval between collections, and a bit for each
//! bucket. So all that an offer costs, where it comes to nothing, is to look at that word.

mod reservoir;
#[cfg(test)]
mod tests;

use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU8, AtomicU64};
use std::time::SystemTime;

use opentelemetry::trace::SpanContext;
use reservoir::Reservoir;

use super::registry::Lookup;
use super::snapshot::Exemplar;
#[cfg(any(test, feature = "testing"))]
use super::store::Isolated;
use super::store::{Busy, lock, offset_hash};
use crate::context::sampled;

/// Which measurements of histograms become exemplars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExemplarFilter {
    /// Those made in a sampled span.
    TraceBased,
    /// All that are the first of their bucket.
    AlwaysOn,
    /// None.
    AlwaysOff,
}

/// The filter in force, as its ordinal.
static FILTER: AtomicU8 = AtomicU8::new(ExemplarFilter::TraceBased as u8);
/// 1 where that is [`ExemplarFilter::AlwaysOn`]: all that has to be known of it at every measurement.
static ALWAYS: AtomicU8 = AtomicU8::new(0);
/// The number of the interval between two collections in the upper half, the lower one empty. Fresh words are of none.
static INTERVAL: AtomicU64 = AtomicU64::new(INTERVALS);
const INTERVALS: u64 = 1 << 32;

static RESERVOIRS: Lookup<Reservoir> = Lookup::new();

/// Sets which measurements become exemplars (`telemetry.metrics.exemplarFilter`).
pub(crate) fn set_filter(filter: ExemplarFilter) {
    FILTER.store(filter as u8, Relaxed);
    ALWAYS.store((filter == ExemplarFilter::AlwaysOn).into(), Relaxed);
}

/// Begins another interval: of each series and bucket one more may come.
pub(crate) fn next_interval() {
    INTERVAL.fetch_add(INTERVALS, Relaxed);
}

/// Whether a measurement of now may become an exemplar.
#[inline]
pub(crate) fn are_wanted() -> bool {
    // As numbers, so that the usual answer costs one branch.
    u8::from(sampled::seems()) | ALWAYS.load(Relaxed) != 0
}

/// Offers a measurement. `offered` is the word of the series at `offset`, which has so many buckets.
#[inline]
pub(crate) fn offer(offered: &AtomicU64, offset: usize, buckets: usize, bucket: usize, value: f64) {
    // Where the word is of this interval, its upper half is that of the interval.
    let word = offered.load(Relaxed) ^ INTERVAL.load(Relaxed);
    if word >= INTERVALS || word & bit_of(bucket) == 0 {
        take(offered, offset, buckets, bucket, value);
    }
}

/// Of more buckets than bits several share one, and fewer exemplars are taken.
#[inline]
fn bit_of(bucket: usize) -> u64 {
    1 << (bucket % 32)
}

#[cold]
#[inline(never)]
fn take(offered: &AtomicU64, offset: usize, buckets: usize, bucket: usize, value: f64) {
    let span = match FILTER.load(Relaxed) {
        filter if filter == ExemplarFilter::AlwaysOff as u8 => None,
        filter if filter == ExemplarFilter::AlwaysOn as u8 => {
            Some(sampled::span().unwrap_or(SpanContext::NONE))
        }
        _ => match sampled::span() {
            Some(span) => Some(span),
            // The next one may be in a span that is sampled.
            None => return,
        },
    };
    #[cfg(any(test, feature = "testing"))]
    let span = span.filter(|_| Isolated::current().is_none());
    if let Some(span) = span {
        // From inside the store another measurement is the first one.
        let Some(reservoir) = reservoir(offset, buckets) else { return };
        reservoir.put(bucket, value, SystemTime::now(), &span);
    }
    let interval = INTERVAL.load(Relaxed);
    let known = offered.load(Relaxed);
    let bits = if known & !(INTERVALS - 1) == interval { known } else { interval };
    offered.store(bits | bit_of(bucket), Relaxed);
}

/// The reservoir of a series, made on first use; `None` from inside the store, where one cannot be made.
fn reservoir(offset: usize, buckets: usize) -> Option<&'static Reservoir> {
    static MAKING: Mutex<()> = Mutex::new(());
    if let Some(known) = find(offset) {
        return Some(known);
    }
    let busy = Busy::enter()?;
    let _making = lock(&busy, &MAKING);
    // Another thread may have been faster.
    if let Some(known) = find(offset) {
        return Some(known);
    }
    let reservoir: &'static Reservoir = Box::leak(Box::new(Reservoir::new(offset, buckets)));
    RESERVOIRS.insert(offset_hash(offset), reservoir);
    Some(reservoir)
}

fn find(offset: usize) -> Option<&'static Reservoir> {
    RESERVOIRS.find(offset_hash(offset), |reservoir| reservoir.offset() == offset)
}

/// The exemplars of the series at this offset, in the order of their buckets.
pub(crate) fn of(offset: usize) -> Vec<Exemplar> {
    // Most programs have few, or none.
    if RESERVOIRS.len() == 0 {
        return Vec::new();
    }
    find(offset).map(Reservoir::exemplars).unwrap_or_default()
}
