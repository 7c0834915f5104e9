//! What a histogram's series holds at a collection.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::buckets::{HEAD, LARGEST, SMALLEST, SUM};
use super::snapshot::Exemplar;

/// The contents of one histogram series, summed over slabs.
#[derive(Debug, Clone)]
pub(crate) struct Distribution {
    pub(crate) bounds: &'static [f64],
    pub(crate) sum: f64,
    pub(crate) smallest: Option<f64>,
    pub(crate) largest: Option<f64>,
    pub(crate) counts: Vec<u64>,
    pub(crate) exemplars: Vec<Exemplar>,
}

impl Distribution {
    pub(crate) fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            sum: 0.0,
            smallest: None,
            largest: None,
            counts: vec![0; bounds.len() + 1],
            exemplars: Vec::new(),
        }
    }

    /// Adds what one slab has of the series at `offset`.
    pub(crate) fn add_slab(&mut self, slab: &[AtomicU64], offset: usize) {
        // A slab may end inside the series: recording only needs the bucket that it writes to.
        let Some((cells, buckets)) = slab.get(offset..).and_then(<[_]>::split_first_chunk::<HEAD>) else {
            return;
        };
        // The counts before the sum and the extremes, which are written before them: neither is ever behind its count. They may
        // be ahead of it, by what is recorded while this reads.
        let mut any = 0;
        for (count, cell) in self.counts.iter_mut().zip(buckets) {
            let n = cell.load(Acquire);
            any |= n;
            *count += n;
        }
        if any != 0 {
            self.sum += f64::from_bits(cells[SUM].load(Relaxed));
            // The cell of the smallest is inverted, so that a fresh one holds more than every number.
            let smallest = cells[SMALLEST].load(Relaxed);
            self.widen((smallest != 0).then(|| f64::from_bits(!smallest)));
            self.widen(Some(f64::from_bits(cells[LARGEST].load(Relaxed))));
        }
    }

    fn widen(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.smallest = Some(self.smallest.map_or(value, |smallest| smallest.min(value)));
            self.largest = Some(self.largest.map_or(value, |largest| largest.max(value)));
        }
    }

    /// The number of measurements.
    pub(crate) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}
