//! The metric part of one call.

use super::plan::PlanRow;
use super::{CallValue, FnMetrics, bits_of};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::registry::RowCells;
use crate::outcome::Outcome;

/// Values that fit into the guard itself; more of them are kept on the heap.
const INLINE: usize = 4;

/// The metrics of one running call. The macros make it on entry; what it records is recorded when the call ends.
///
/// Without values it is one word, because most calls have none.
#[derive(Debug)]
pub struct MetricGuard<V = NoValues> {
    /// `None` once the call has ended, and if its row could not be made.
    running: Option<Running>,
    values: V,
}

/// The row of a call.
#[derive(Clone, Copy, Debug)]
struct Running {
    row: &'static PlanRow,
    /// That of the capture in which the call began: it ends there.
    #[cfg(any(test, feature = "testing"))]
    cells: RowCells,
}

/// In place of values, where no instrument records one.
#[derive(Clone, Copy, Debug)]
pub struct NoValues;

/// The values of a call, by the position of their instrument.
#[derive(Debug, Default)]
pub struct Values {
    inline: [u64; INLINE],
    /// One bit per inline value that was given.
    given: u8,
    #[expect(clippy::box_collection, reason = "one word in every guard instead of three, for a rare case")]
    more: Option<Box<Vec<(usize, u64)>>>,
}

/// What a guard knows of values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold the values of a call",
    note = "`#[metric]` makes what does; it is not written by hand"
)]
pub trait CallValues {
    /// That of the instrument at a position, if the call gave one.
    fn get(&self, position: usize) -> Option<u64>;
}

impl MetricGuard {
    /// Begins a call: finds the row of the attributes and counts the call as running.
    // Out of line: it is the same for all functions with such attributes.
    #[inline(never)]
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn start<A: MetricAttributes>(metrics: &'static FnMetrics, attributes: A) -> Self {
        Self { running: Running::start(metrics, &attributes), values: NoValues }
    }
}

impl MetricGuard<Values> {
    /// The same for a call that gives values.
    #[inline(never)]
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn with_values<A: MetricAttributes>(metrics: &'static FnMetrics, attributes: A) -> Self {
        Self { running: Running::start(metrics, &attributes), values: Values::default() }
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
        let Some(Running { row, .. }) = self.running else { return };
        let Some(instrument) = row.plan.instruments.get(position) else { return };
        if let Some(bits) = bits_of(value, instrument.descriptor.number) {
            self.values.set(position, bits);
        }
    }
}

impl<V: CallValues> MetricGuard<V> {
    /// Whether the duration is recorded.
    #[inline]
    pub(crate) fn is_timed(&self) -> bool {
        self.running.is_some_and(|running| running.row.plan.is_timed)
    }

    /// Records the call, once. `seconds` is asked only if the duration is recorded.
    #[inline]
    pub(crate) fn finish(&mut self, outcome: Outcome, seconds: impl Fn() -> f64) {
        let Some(running) = self.running.take() else { return };
        let (plan, cells) = (running.row.plan, running.cells());
        plan.steps(outcome).record(cells, |position| self.values.get(position), seconds);
        plan.move_in_flight(cells, -1);
    }

    /// As [`MetricGuard::finish`], for a call that returned an error which says what it is.
    #[cold]
    #[inline(never)]
    pub(crate) fn finish_error(&mut self, error_type: &'static str, seconds: impl Fn() -> f64) {
        let series = self.running.and_then(|Running { row, .. }| {
            let errors = row.plan.errors()?;
            Some((errors, errors.row(row, error_type)?))
        });
        let Some((errors, cells)) = series else {
            return self.finish(Outcome::Error, seconds);
        };
        errors.steps().record(&cells, |position| self.values.get(position), seconds);
        self.leave();
    }
}

impl<V> MetricGuard<V> {
    /// Ends a call of which nothing is recorded, or no more.
    #[inline]
    fn leave(&mut self) {
        if let Some(running) = self.running.take() {
            running.row.plan.move_in_flight(running.cells(), -1);
        }
    }
}

/// A guard that is dropped without an end, because starting the rest of the call panicked, runs no more either.
impl<V> Drop for MetricGuard<V> {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}

impl Running {
    #[inline]
    fn start<A: MetricAttributes>(metrics: &'static FnMetrics, attributes: &A) -> Option<Self> {
        let row = metrics.plan::<A>()?.row(attributes)?;
        let running = Self {
            row,
            #[cfg(any(test, feature = "testing"))]
            cells: row.cells.of_now(row.plan.table),
        };
        row.plan.move_in_flight(running.cells(), 1);
        Some(running)
    }

    #[inline]
    fn cells(&self) -> &RowCells {
        #[cfg(any(test, feature = "testing"))]
        return &self.cells;
        #[cfg(not(any(test, feature = "testing")))]
        &self.row.cells
    }
}

impl CallValues for NoValues {
    #[inline]
    fn get(&self, _: usize) -> Option<u64> {
        None
    }
}

impl CallValues for Values {
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
}
