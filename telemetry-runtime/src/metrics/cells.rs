//! Recording into a row whose instrument is known only at run time, as a function's are.

use std::sync::atomic::Ordering::Relaxed;

use super::buckets::Buckets;
use super::descriptor::NumberKind;
use super::health;
use super::instruments::{accept, add_to_row};
use super::moved::{self, Place};
use super::number::{CounterNumber, GaugeNumber, MetricNumber, UpDownNumber};
use super::registry::{ColumnKind, RowCells};
use super::store::{self, Slab};

/// The bits of 1.
pub(crate) const fn one(number: NumberKind) -> u64 {
    match number {
        NumberKind::U64 | NumberKind::I64 => 1,
        NumberKind::F64 => 1.0_f64.to_bits(),
    }
}

/// Records a value, given as the bits of `number`, into the cells of `row` from `at` on.
#[inline]
pub(crate) fn record(kind: ColumnKind, number: NumberKind, row: &RowCells, at: usize, bits: u64) {
    match kind {
        ColumnKind::Sum => match number {
            NumberKind::F64 => add_to_row(f64::from_bits(bits), row, at),
            NumberKind::U64 | NumberKind::I64 => add_to_row(bits, row, at),
        },
        ColumnKind::Histogram(buckets) => {
            measure(store::slab(), buckets, row.base + at, measurement(number, bits));
        }
        ColumnKind::UpDown => match number {
            NumberKind::F64 => add_shared(f64::from_bits(bits), row, at),
            NumberKind::U64 | NumberKind::I64 => add_shared(bits.cast_signed(), row, at),
        },
        ColumnKind::Gauge => set(number, bits, row, at),
    }
}

/// Adds one to the cell of a thread's slab.
#[inline]
pub(crate) fn count(slab: Slab, at: usize) {
    match slab.get(at) {
        Some(cell) => 1_u64.add_to(cell),
        None => store::write_cold(at + 1, &mut |slab| 1_u64.add_to(&slab[at])),
    }
}

/// Records a measurement into the series at `at` of a thread's slab.
pub(crate) fn measure(slab: Slab, buckets: &'static Buckets, at: usize, value: f64) {
    if !buckets.has_table() || !buckets.record(slab, at, value) {
        measure_cold(slab, buckets, at, value);
    }
}

/// As [`measure`], where the way to the bucket is a longer one.
#[cold]
pub(crate) fn measure_cold(slab: Slab, buckets: &'static Buckets, at: usize, value: f64) {
    let Some(value) = accept(value) else {
        return;
    };
    let Place { buckets, offset } = moved::current(buckets, at);
    if !buckets.record_here(slab, offset, value) {
        store::write_cold(offset + buckets.extent(), &mut |slab| {
            buckets.record_here(slab, offset, value);
        });
    }
    // Outside of the store, where what keeps exemplars can be made.
    buckets.offer(store::slab(), offset, value);
}

/// Moves an up-down counter by a whole number.
#[inline]
pub(crate) fn record_shared(number: NumberKind, row: &RowCells, at: usize, by: i64) {
    match number {
        #[expect(clippy::cast_precision_loss, reason = "calls are counted by one")]
        NumberKind::F64 => add_shared(by as f64, row, at),
        NumberKind::U64 | NumberKind::I64 => add_shared(by, row, at),
    }
}

/// Adds to a shared cell of a row.
#[inline]
pub(crate) fn add_shared<T: UpDownNumber>(n: T, row: &RowCells, at: usize) {
    if !n.is_finite() {
        return health::dropped(health::Drop::Value);
    }
    if let Some(cell) = row.shared.get(at) {
        // From zero, the series may be new.
        if n.add_shared(cell) == 0 {
            row.touch();
        }
    }
}

/// Sets a shared cell of a row.
#[inline]
pub(crate) fn set(number: NumberKind, bits: u64, row: &RowCells, at: usize) {
    let stored = match number {
        NumberKind::F64 => {
            let value = f64::from_bits(bits);
            if !MetricNumber::is_finite(value) {
                return health::dropped(health::Drop::Value);
            }
            value.gauge_bits()
        }
        NumberKind::U64 | NumberKind::I64 => bits.gauge_bits(),
    };
    if let Some(cell) = row.shared.get(at) {
        cell.store(stored, Relaxed);
    }
}

#[expect(clippy::cast_precision_loss, reason = "buckets are floating point")]
fn measurement(number: NumberKind, bits: u64) -> f64 {
    match number {
        NumberKind::F64 => f64::from_bits(bits),
        NumberKind::U64 => bits as f64,
        NumberKind::I64 => bits.cast_signed() as f64,
    }
}
