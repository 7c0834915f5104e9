//! Which bucket a measurement belongs to, and how a histogram's series lies in its cells.
//!
//! The search is a table on the top bits of the number: neighbouring doubles have neighbouring bits, so the bits
//! shifted right by a fixed amount select a stretch of numbers that holds at most one bound. The table says how many
//! bounds lie before the stretch; one comparison decides about the bound inside. Bounds for which no small table
//! exists are searched by bisection.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::number::INFINITY_BITS;
use super::{exemplars, moved, store};

/// Bounds for durations in seconds (OpenTelemetry semantic conventions, `http.server.request.duration`).
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The default bounds of the OpenTelemetry metrics SDK.
const DEFAULT: &[f64] =
    &[0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0, 10000.0];

/// Stretches in a table.
const STRETCHES: usize = 128;
/// Bounds beside a table, the infinite one included.
const TABLE_BOUNDS: usize = 32;

/// Cells of a histogram's series before its buckets: the sum, the smallest and the largest measurement.
pub(super) const HEAD: usize = 4;
/// Cells that recording into a series by a table looks at: the most that a series with a table has.
const EXTENT: usize = HEAD + TABLE_BOUNDS + 1;
/// The cell of the sum.
pub(super) const SUM: usize = 0;
/// The cell of the smallest measurement, inverted: a fresh one is larger than every number.
pub(super) const SMALLEST: usize = 1;
/// The cell that says of which buckets the thread has offered an exemplar.
const OFFERED: usize = 3;
/// The cell of the largest measurement.
pub(crate) const LARGEST: usize = 2;

/// How the offset of a series, or of a row that begins with one, is kept in a shared cell: as the end of the cells that
/// recording looks at, which leaves one bound to check. A fresh cell is zero, where nothing ends.
pub(super) fn place_of(offset: usize) -> u64 {
    (offset + EXTENT) as u64
}

/// The offset that is kept in a shared cell; `None` for a fresh one.
pub(super) fn offset_of(cell: u64) -> Option<usize> {
    end_of(cell).checked_sub(EXTENT)
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "it was made of an offset")]
fn end_of(cell: u64) -> usize {
    cell as usize
}

/// The buckets of a histogram, prepared for the search.
#[derive(Debug)]
pub(crate) struct Buckets {
    /// How far bits are shifted; 0 where there is no table.
    shift: u32,
    /// The first number of the first stretch. Smaller numbers belong to it too.
    low: f64,
    /// The first number of the last stretch, which lies behind all bounds. Larger numbers belong to it too.
    high: f64,
    /// How many bounds lie before a stretch. Stretches follow each other, so the low bits of their numbers are enough.
    before: [u8; STRETCHES],
    padded: [f64; TABLE_BOUNDS],
    /// How many cells a series takes.
    cells: usize,
    bounds: &'static [f64],
}

impl Buckets {
    /// The bounds to use where the author gave none.
    pub(crate) const fn default_bounds(unit: &str) -> &'static [f64] {
        match unit.as_bytes() {
            b"s" => SECONDS,
            _ => DEFAULT,
        }
    }

    /// Prepares the search. The bounds are finite and strictly increasing.
    pub(crate) const fn new(bounds: &'static [f64]) -> Self {
        let mut buckets = Self {
            shift: 0,
            low: 0.0,
            high: 0.0,
            before: [0; STRETCHES],
            padded: [f64::INFINITY; TABLE_BOUNDS],
            cells: HEAD + bounds.len() + 1,
            bounds,
        };
        if bounds.len() < TABLE_BOUNDS {
            let mut i = 0;
            while i < bounds.len() {
                buckets.padded[i] = bounds[i];
                i += 1;
            }
            let mut shift = 60;
            while shift > 0 {
                if buckets.fill(shift) {
                    buckets.shift = shift;
                    break;
                }
                shift -= 1;
            }
        }
        buckets
    }

    /// Fills the table for a shift; `false` if a stretch would hold two bounds or the table is too small.
    const fn fill(&mut self, shift: u32) -> bool {
        let mut positive = 0;
        while positive < self.bounds.len() && self.bounds[positive] <= 0.0 {
            positive += 1;
        }
        // Measurements are not negative: of the bounds up to zero only zero itself takes part in a comparison, and it
        // has the first stretch for itself.
        let zero = positive > 0 && self.bounds[positive - 1] == 0.0;
        let (first, last) = if positive == self.bounds.len() {
            (0, 1)
        } else {
            let first = self.bounds[positive].to_bits() >> shift;
            if zero && first == 0 {
                return false;
            }
            let first = first - zero as u64;
            (first, (self.bounds[self.bounds.len() - 1].to_bits() >> shift) - first + 1)
        };
        if last >= STRETCHES as u64 {
            return false;
        }
        #[expect(clippy::cast_possible_truncation, reason = "fewer than 32 bounds, fewer than 128 stretches")]
        {
            let mut bound = positive - zero as usize;
            let mut stretch = 0;
            while stretch <= last as usize {
                self.before[(first as usize + stretch) % STRETCHES] = bound as u8;
                let start = bound;
                while bound < self.bounds.len()
                    && stretch_of(self.bounds[bound], shift, first) == stretch as u64
                {
                    bound += 1;
                }
                if bound - start > 1 {
                    return false;
                }
                stretch += 1;
            }
        }
        self.low = f64::from_bits(first << shift);
        // Behind the largest number there is no other, and the last stretch is not used.
        let behind = first + last;
        self.high = if behind <= (INFINITY_BITS - 1) >> shift {
            f64::from_bits(behind << shift)
        } else {
            f64::INFINITY
        };
        true
    }

    /// Whether buckets are found in a table, which [`Buckets::record`] needs.
    pub(crate) const fn has_table(&self) -> bool {
        self.shift != 0
    }

    /// The index of the bucket: the number of bounds below the value, which is finite and not negative.
    fn index(&self, value: f64) -> usize {
        if self.has_table() {
            self.look_up(value)
        } else {
            self.bounds.partition_point(|bound| *bound < value)
        }
    }

    /// The same by the table; of any other value any bucket.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "only the low bits select the stretch")]
    fn look_up(&self, value: f64) -> usize {
        // Written such that each line is one instruction, and a NaN is the lowest number.
        let clamped = if value > self.low { value } else { self.low };
        let clamped = if clamped < self.high { clamped } else { self.high };
        let stretch = (clamped.to_bits() >> (self.shift & 63)) as usize % STRETCHES;
        let before = usize::from(self.before[stretch]) % TABLE_BOUNDS;
        before + usize::from(self.padded[before] < value)
    }

    /// The upper bounds.
    pub(crate) const fn bounds(&self) -> &'static [f64] {
        self.bounds
    }

    /// How many cells a series takes.
    #[inline]
    pub(crate) const fn cells(&self) -> usize {
        self.cells
    }

    /// How many cells a slab must have from the start of a series on, so that the series can be recorded in it.
    pub(crate) const fn extent(&self) -> usize {
        if self.cells > EXTENT { self.cells } else { EXTENT }
    }

    /// Records into the series at `offset`. `false` where it cannot tell that this is the way: the slab may be too small, the
    /// series may have moved, the value may be none that a histogram takes.
    ///
    /// Only for buckets that have a table; of others the bucket would be a wrong one.
    pub(crate) fn record(&self, slab: &[AtomicU64], offset: usize, value: f64) -> bool {
        match slab.get(offset..).and_then(<[_]>::first_chunk) {
            Some(series) => self.record_series(series, offset, value),
            None => false,
        }
    }

    /// As [`Buckets::record`], into the slab of this thread and the series that the shared cell at `at` says.
    // One function for all histograms: as part of each call it would be ten times the code, for five instructions less.
    #[inline(never)]
    pub(crate) fn record_placed(&self, at: usize, value: f64) -> bool {
        let Some(place) = store::shared_at(at) else {
            return false;
        };
        // Acquired: who sees the place of a series also sees whether it has moved from there.
        let end = end_of(place.load(Acquire));
        match store::slab().get(..end).and_then(<[_]>::last_chunk) {
            Some(series) => self.record_series(series, end - EXTENT, value),
            None => false,
        }
    }

    #[inline]
    fn record_series(&self, series: &[AtomicU64; EXTENT], offset: usize, value: f64) -> bool {
        // Bits of numbers that are not negative are ordered like the numbers, and those of what is not recorded, negative
        // or not finite, lie above them. So what is special about a measurement has to be asked of new largest ones only,
        // and a series that moved has the largest measurement zero for ever.
        let bits = value.to_bits();
        if bits >= series[LARGEST].load(Relaxed) {
            if bits >= moved::limit() {
                return false;
            }
            series[LARGEST].store(bits, Relaxed);
        }
        let bucket = self.look_up(value);
        add(series, bucket, value);
        if exemplars::are_wanted() {
            exemplars::offer(&series[OFFERED], offset, self.bounds.len() + 1, bucket, value);
        }
        true
    }

    /// As [`Buckets::record`], for any buckets and a series that is known to be there; `false` only if the slab is too small.
    ///
    /// The value is finite and not negative.
    pub(crate) fn record_here(&self, slab: &[AtomicU64], offset: usize, value: f64) -> bool {
        let Some(series) = slab.get(offset..).and_then(|slab| slab.get(..self.cells)) else {
            return false;
        };
        let bits = value.to_bits();
        if bits > series[LARGEST].load(Relaxed) {
            series[LARGEST].store(bits, Relaxed);
        }
        add(series, self.index(value), value);
        true
    }

    /// Offers a measurement as an exemplar, after [`Buckets::record_here`].
    pub(crate) fn offer(&self, slab: &[AtomicU64], offset: usize, value: f64) {
        if exemplars::are_wanted()
            && let Some(offered) = slab.get(offset + OFFERED)
        {
            exemplars::offer(offered, offset, self.bounds.len() + 1, self.index(value), value);
        }
    }
}

/// Adds a measurement to all cells of its series but that of the largest.
#[inline]
fn add(series: &[AtomicU64], bucket: usize, value: f64) {
    let bits = value.to_bits();
    if !bits > series[SMALLEST].load(Relaxed) {
        series[SMALLEST].store(!bits, Relaxed);
    }
    series[SUM].store((f64::from_bits(series[SUM].load(Relaxed)) + value).to_bits(), Relaxed);
    let bucket = &series[HEAD + bucket];
    // Last and released: who reads this count finds the sum and the extremes in place.
    bucket.store(bucket.load(Relaxed) + 1, Release);
}

/// The stretch of a bound that is not negative.
const fn stretch_of(bound: f64, shift: u32, first: u64) -> u64 {
    if bound == 0.0 { 0 } else { (bound.to_bits() >> shift).saturating_sub(first) }
}

/// Whether a histogram takes the value: finite and not negative. (Minus zero is taken on the cold path.)
#[inline]
pub(crate) fn is_recordable(value: f64) -> bool {
    value.to_bits() < INFINITY_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::distribution::Distribution;

    fn scan(bounds: &[f64], value: f64) -> usize {
        bounds.iter().filter(|bound| **bound < value).count()
    }

    fn assert_same_as_a_scan(bounds: &'static [f64]) {
        let buckets = Buckets::new(bounds);
        let mut values = vec![0.0, f64::MIN_POSITIVE, 5e-324, 1e-300, 1e300, f64::MAX, 1.0, 0.3, 7.0];
        for bound in bounds.iter().copied().filter(|bound| *bound >= 0.0) {
            values.extend([bound, bound.next_up(), bound * 1.01, bound * 0.99, bound * 2.0, bound / 2.0]);
            if bound > 0.0 {
                values.push(bound.next_down());
            }
        }
        for value in values {
            assert_eq!(buckets.index(value), scan(bounds, value), "{value:e} in {bounds:?}");
        }
    }

    #[test]
    fn every_edge_is_sorted_as_a_plain_scan_does() {
        assert_same_as_a_scan(SECONDS);
        assert_same_as_a_scan(DEFAULT);
        assert_same_as_a_scan(&[]);
        assert_same_as_a_scan(&[0.0]);
        assert_same_as_a_scan(&[-5.0]);
        assert_same_as_a_scan(&[-5.0, -1.0, 0.0, 1.0]);
        assert_same_as_a_scan(&[-5.0, -1.0, 1.0]);
        assert_same_as_a_scan(&[0.0, 5e-324, 1.0]);
        assert_same_as_a_scan(&[5e-324, 1e-320, f64::MAX]);
        assert_same_as_a_scan(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]);
    }

    #[test]
    fn bounds_that_fit_no_table_are_bisected() {
        let many: &'static [f64] = (1..=200).map(|n| f64::from(n) * 0.1).collect::<Vec<_>>().leak();
        assert_eq!(Buckets::new(many).shift, 0);
        assert_same_as_a_scan(many);
        let close: &'static [f64] = &[1.0, 1.000_000_1, 5.0, 5.000_000_1];
        assert_same_as_a_scan(close);
    }

    #[test]
    fn the_default_bounds_have_tables() {
        const { assert!(Buckets::new(SECONDS).shift > 0) };
        const { assert!(Buckets::new(DEFAULT).shift > 0) };
    }

    #[test]
    fn extremes_sum_and_counts_come_back() {
        let buckets = Buckets::new(SECONDS);
        let slab: Vec<AtomicU64> = (0..60).map(|_| AtomicU64::new(0)).collect();
        for value in [0.0, 0.3, 12.0] {
            assert!(buckets.record(&slab, 3, value));
        }
        let mut read = Distribution::new(SECONDS);
        read.add_slab(&slab, 3);
        assert_eq!((read.smallest, read.largest, read.count()), (Some(0.0), Some(12.0), 3));
        assert!((read.sum - 12.3).abs() < 1e-12);
        assert_eq!((read.counts[0], read.counts[7], read.counts[14]), (1, 1, 1));
        assert!(!buckets.record(&slab, 55, 1.0));
        for refused in [-1.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN] {
            assert!(!buckets.record(&slab, 3, refused), "{refused}");
        }
    }

    #[test]
    fn what_a_slab_that_ends_inside_the_series_took_comes_back() {
        let buckets = Buckets::new(SECONDS);
        let all: Vec<AtomicU64> = (0..80).map(|_| AtomicU64::new(0)).collect();
        for length in 0..=80 {
            let slab = &all[..length];
            for cell in &all {
                cell.store(0, Relaxed);
            }
            let taken: u64 =
                [0.001, 0.3, 12.0].map(|value| u64::from(buckets.record(slab, 20, value))).iter().sum();
            let mut read = Distribution::new(SECONDS);
            read.add_slab(slab, 20);
            assert_eq!(read.count(), taken, "a slab of {length} cells");
        }
    }
}
