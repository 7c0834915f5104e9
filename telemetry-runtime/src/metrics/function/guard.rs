//! The metric part of one call.

use super::plan::{Plan, Step};
use super::{CallValue, FnMetrics, bits_of};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::registry::RowCells;
use crate::metrics::{cells, store};
use crate::outcome::Outcome;

/// Values that fit into the guard itself; more of them are kept on the heap.
const INLINE: usize = 4;

/// The metrics of one running call. The macros make it on entry; what it records is recorded when the call ends.
#[derive(Debug)]
pub struct MetricGuard {
    metrics: &'static FnMetrics,
    /// `None` once the call has ended, and if its row could not be made.
    running: Option<Running>,
    values: Values,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    plan: &'static Plan,
    row: RowCells,
}

/// The values of a call, by the position of their instrument.
#[derive(Debug, Default)]
struct Values {
    inline: [u64; INLINE],
    /// One bit per inline value that was given.
    given: u8,
    #[expect(clippy::box_collection, reason = "one word in every guard instead of three, for a rare case")]
    more: Option<Box<Vec<(usize, u64)>>>,
}

impl MetricGuard {
    /// Begins a call: finds the row of the attributes and counts the call as running.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn start<A: MetricAttributes>(metrics: &'static FnMetrics, attributes: A) -> Self {
        let running = metrics.plan::<A>().and_then(|plan| {
            let row = plan.table.row(&attributes)?;
            Some(Running { plan, row })
        });
        if let Some(running) = &running {
            running.move_in_flight(1);
        }
        Self { metrics, running, values: Values::default() }
    }

    /// Gives an instrument its value, by its position in the function's list.
    #[must_use]
    #[inline]
    pub fn value(mut self, position: usize, value: impl CallValue) -> Self {
        self.set_value(position, value);
        self
    }

    /// Gives an instrument its value, by its position in the function's list.
    #[inline]
    pub fn set_value(&mut self, position: usize, value: impl CallValue) {
        let Some(instrument) = self.metrics.instruments.get(position) else {
            return;
        };
        if let Some(bits) = bits_of(value, instrument.descriptor.number) {
            self.values.set(position, bits);
        }
    }

    /// Whether the duration is recorded.
    #[inline]
    pub(crate) fn is_timed(&self) -> bool {
        self.metrics.timed
    }

    /// Records the call, once. `seconds` is asked only if the duration is recorded.
    #[inline]
    pub(crate) fn finish(&mut self, outcome: Outcome, seconds: impl Fn() -> f64) {
        let Some(Running { plan, row }) = self.running.take() else {
            return;
        };
        self.values.record(plan.steps(outcome), &row, &seconds);
    }

    /// As [`MetricGuard::finish`], for a call that returned an error which says what it is.
    #[cold]
    #[inline(never)]
    pub(crate) fn finish_error(&mut self, error_type: &'static str, seconds: impl Fn() -> f64) {
        let series = self.running.as_ref().and_then(|Running { plan, row }| {
            let errors = self.metrics.errors(plan)?;
            Some((errors, errors.row(plan, row, error_type)?))
        });
        let Some((errors, cells)) = series else {
            return self.finish(Outcome::Error, seconds);
        };
        self.values.record(errors.steps(), &cells, &seconds);
        if let Some(running) = self.running.take() {
            running.move_in_flight(-1);
        }
    }
}

impl Values {
    /// Does what is to be done at the end of a call.
    // Once for all, and without looking into `seconds`: else its division would be done before it is known to be needed.
    #[inline(never)]
    fn record(&self, steps: &[Step], row: &RowCells, seconds: &dyn Fn() -> f64) {
        let slab = store::slab();
        for step in steps {
            match *step {
                Step::Count { at } => cells::count(slab, row.base + at),
                Step::Duration { at, buckets } => cells::measure(slab, buckets, row.base + at, seconds()),
                Step::One { at, kind, number } => cells::record(kind, number, row, at, cells::one(number)),
                Step::Value { at, kind, number, position } => {
                    if let Some(bits) = self.get(position) {
                        cells::record(kind, number, row, at, bits);
                    }
                }
                Step::Leave { at, number } => cells::record_shared(number, row, at, -1),
            }
        }
    }
}

/// A guard that is dropped without an end, because starting the rest of the call panicked, runs no more either.
impl Drop for MetricGuard {
    #[inline]
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.move_in_flight(-1);
        }
    }
}

impl Running {
    #[inline]
    fn move_in_flight(&self, by: i64) {
        for (at, number) in &self.plan.in_flight {
            cells::record_shared(*number, &self.row, *at, by);
        }
    }
}

impl Values {
    fn set(&mut self, position: usize, bits: u64) {
        if let Some(value) = self.inline.get_mut(position) {
            *value = bits;
            self.given |= 1 << position;
        } else {
            let more = self.more.get_or_insert_default();
            more.retain(|(other, _)| *other != position);
            more.push((position, bits));
        }
    }

    fn get(&self, position: usize) -> Option<u64> {
        match self.inline.get(position) {
            Some(bits) => (self.given & (1 << position) != 0).then_some(*bits),
            None => self
                .more
                .iter()
                .flat_map(|more| more.iter())
                .find(|(other, _)| *other == position)
                .map(|(_, bits)| *bits),
        }
    }
}
