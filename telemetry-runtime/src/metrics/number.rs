//! The number types of the instruments, and how each is kept in a 64-bit cell.
//!
//! A fresh cell is zero, and zero means "empty" for every kind: a sum of nothing, a gauge that was never set.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::descriptor::NumberKind;
use super::snapshot::Number;

/// The bits of positive infinity. Non-negative finite numbers, and only they, are below it.
pub(crate) const INFINITY_BITS: u64 = f64::INFINITY.to_bits();

/// What the cell of a gauge of integers is xored with, so that a fresh cell means "never set": a number that nobody
/// counts to.
const NEVER_SET: u64 = 0x7ff8_5e17_0f0a_6a11;

mod sealed {
    pub trait Sealed {}
    impl Sealed for u64 {}
    impl Sealed for i64 {}
    impl Sealed for f64 {}
}

/// A number type that metrics can have: `u64`, `i64` or `f64`.
#[diagnostic::on_unimplemented(
    message = "a metric cannot hold `{Self}`",
    label = "use `u64`, `i64` or `f64`",
    note = "these are the numbers of OpenTelemetry; smaller ones are converted with `.into()`"
)]
pub trait MetricNumber: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The type, as a value.
    #[doc(hidden)]
    const KIND: NumberKind;

    /// The number as its 64 bits.
    #[doc(hidden)]
    fn to_bits(self) -> u64;

    /// Whether it is neither a NaN nor infinite.
    #[doc(hidden)]
    fn is_finite(self) -> bool;

    /// Whether it is below zero.
    #[doc(hidden)]
    fn is_negative(self) -> bool;
}

/// The number types of a counter: `u64` and `f64`.
#[diagnostic::on_unimplemented(
    message = "a counter cannot count in `{Self}`",
    label = "use `u64` or `f64`",
    note = "counters only grow; a sum that also falls is an `UpDownCounter` of `i64` or `f64`"
)]
pub trait CounterNumber: MetricNumber {
    /// Whether the hot path may add it: above zero and finite.
    #[doc(hidden)]
    fn is_countable(self) -> bool;

    /// Adds to a cell that only this thread writes.
    #[doc(hidden)]
    fn add_to(self, cell: &AtomicU64);
}

/// The number types of a histogram: `u64` and `f64`.
#[diagnostic::on_unimplemented(
    message = "a histogram cannot record `{Self}`",
    label = "use `f64` or `u64`",
    note = "durations are recorded in seconds, as `f64`"
)]
pub trait HistogramNumber: MetricNumber {
    /// The measurement as it is sorted into buckets.
    #[doc(hidden)]
    fn measurement(self) -> f64;
}

/// The number types of an up-down counter: `i64` and `f64`.
#[diagnostic::on_unimplemented(
    message = "an up-down counter cannot count in `{Self}`",
    label = "use `i64` or `f64`",
    note = "a sum that only grows is a `Counter` of `u64` or `f64`"
)]
pub trait UpDownNumber: MetricNumber {
    /// Adds to a cell that all threads write. Returns the bits before the addition.
    #[doc(hidden)]
    fn add_shared(self, cell: &AtomicU64) -> u64;

    /// The number with its sign turned.
    #[doc(hidden)]
    #[must_use]
    fn negated(self) -> Self;
}

/// The number types of a gauge: `u64`, `i64` and `f64`.
#[diagnostic::on_unimplemented(message = "a gauge cannot hold `{Self}`", label = "use `u64`, `i64` or `f64`")]
pub trait GaugeNumber: MetricNumber {
    /// The bits that a set gauge keeps in its cell; never 0.
    #[doc(hidden)]
    fn gauge_bits(self) -> u64;
}

impl MetricNumber for u64 {
    const KIND: NumberKind = NumberKind::U64;

    #[inline]
    fn to_bits(self) -> u64 {
        self
    }

    #[inline]
    fn is_finite(self) -> bool {
        true
    }

    #[inline]
    fn is_negative(self) -> bool {
        false
    }
}

impl MetricNumber for i64 {
    const KIND: NumberKind = NumberKind::I64;

    #[inline]
    fn to_bits(self) -> u64 {
        self.cast_unsigned()
    }

    #[inline]
    fn is_finite(self) -> bool {
        true
    }

    #[inline]
    fn is_negative(self) -> bool {
        self < 0
    }
}

impl MetricNumber for f64 {
    const KIND: NumberKind = NumberKind::F64;

    #[inline]
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }

    #[inline]
    fn is_finite(self) -> bool {
        // Without the sign, in integer registers, where the bits are needed anyway.
        f64::to_bits(self) << 1 < INFINITY_BITS << 1
    }

    #[inline]
    fn is_negative(self) -> bool {
        self < 0.0
    }
}

impl CounterNumber for u64 {
    #[inline]
    fn is_countable(self) -> bool {
        self != 0
    }

    // A plain load and store: the cell has one writer, and LLVM makes one unlocked instruction of it.
    #[inline]
    fn add_to(self, cell: &AtomicU64) {
        cell.store(cell.load(Relaxed).wrapping_add(self), Relaxed);
    }
}

impl CounterNumber for f64 {
    #[inline]
    fn is_countable(self) -> bool {
        // One comparison for "above zero, not infinite, not a NaN": all others wrap around or lie above.
        f64::to_bits(self).wrapping_sub(1) < INFINITY_BITS - 1
    }

    #[inline]
    fn add_to(self, cell: &AtomicU64) {
        cell.store(f64::to_bits(f64::from_bits(cell.load(Relaxed)) + self), Relaxed);
    }
}

impl HistogramNumber for u64 {
    // Buckets and sums are floating point in every exposition format; above 2^53 the value is rounded there too.
    #[expect(clippy::cast_precision_loss, reason = "the exported form is a double")]
    #[inline]
    fn measurement(self) -> f64 {
        self as f64
    }
}

impl HistogramNumber for f64 {
    #[inline]
    fn measurement(self) -> f64 {
        self
    }
}

impl UpDownNumber for i64 {
    #[inline]
    fn add_shared(self, cell: &AtomicU64) -> u64 {
        cell.fetch_add(self.cast_unsigned(), Relaxed)
    }

    #[inline]
    fn negated(self) -> Self {
        self.wrapping_neg()
    }
}

impl UpDownNumber for f64 {
    #[inline]
    fn add_shared(self, cell: &AtomicU64) -> u64 {
        let mut current = cell.load(Relaxed);
        loop {
            let next = f64::to_bits(f64::from_bits(current) + self);
            match cell.compare_exchange_weak(current, next, Relaxed, Relaxed) {
                Ok(before) => return before,
                Err(now) => current = now,
            }
        }
    }

    #[inline]
    fn negated(self) -> Self {
        -self
    }
}

/// The integer whose gauge bits would mean "never set" is exported as its neighbour; a gauge that holds it by
/// chance is less likely than a flipped bit.
#[inline]
fn integer_gauge_bits(bits: u64) -> u64 {
    let stored = bits ^ NEVER_SET;
    if stored == 0 { 1 } else { stored }
}

impl GaugeNumber for u64 {
    #[inline]
    fn gauge_bits(self) -> u64 {
        integer_gauge_bits(self)
    }
}

impl GaugeNumber for i64 {
    #[inline]
    fn gauge_bits(self) -> u64 {
        integer_gauge_bits(self.cast_unsigned())
    }
}

impl GaugeNumber for f64 {
    #[inline]
    fn gauge_bits(self) -> u64 {
        // Never 0: that would be the NaN whose bits are all set, and the caller refuses NaN.
        !f64::to_bits(self)
    }
}

impl NumberKind {
    /// The number with these bits.
    pub(crate) fn number(self, bits: u64) -> Number {
        match self {
            Self::U64 => Number::U64(bits),
            Self::I64 => Number::I64(bits.cast_signed()),
            Self::F64 => Number::F64(f64::from_bits(bits)),
        }
    }

    /// The bits of a gauge of this kind that was set, from its cell; `None` if it never was.
    pub(crate) fn gauge_value(self, cell: u64) -> Option<u64> {
        let bits = match self {
            Self::U64 | Self::I64 => cell ^ NEVER_SET,
            Self::F64 => !cell,
        };
        (cell != 0).then_some(bits)
    }

    /// The sum of two numbers of this kind, both as bits.
    pub(crate) fn sum(self, a: u64, b: u64) -> u64 {
        match self {
            Self::U64 | Self::I64 => a.wrapping_add(b),
            Self::F64 => (f64::from_bits(a) + f64::from_bits(b)).to_bits(),
        }
    }
}
