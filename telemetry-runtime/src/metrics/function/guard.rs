//! The metric part of one call.

use super::{CallValue, FnMetrics, Role, bits_of};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::cells;
use crate::metrics::registry::{Column, RowCells, Table};
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

#[derive(Debug)]
struct Running {
    table: &'static Table,
    row: RowCells,
}

/// The values of a call, by the position of their instrument.
#[derive(Debug, Default)]
struct Values {
    inline: [u64; INLINE],
    /// One bit per inline value that was given.
    given: u8,
    more: Vec<(usize, u64)>,
}

impl MetricGuard {
    /// Begins a call: finds the row of the attributes and counts the call as running.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn start<A: MetricAttributes>(metrics: &'static FnMetrics, attributes: A) -> Self {
        let running = metrics.table::<A>().and_then(|table| {
            let row = table.row(&attributes)?;
            Some(Running { table, row })
        });
        if metrics.in_flight
            && let Some(running) = &running
        {
            running.move_in_flight(metrics, 1);
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
    pub(crate) fn is_timed(&self) -> bool {
        self.metrics.timed
    }

    /// Records the call, once.
    pub(crate) fn finish(&mut self, outcome: Outcome, seconds: f64) {
        let Some(running) = self.running.take() else {
            return;
        };
        if self.metrics.in_flight {
            running.move_in_flight(self.metrics, -1);
        }
        let instruments = self.metrics.instruments.iter();
        for (position, (instrument, column)) in instruments.zip(&running.table.columns).enumerate() {
            if instrument.role == Role::InFlight || !instrument.on.includes(outcome) {
                continue;
            }
            let value = if instrument.valued {
                match self.values.get(position) {
                    Some(bits) => bits,
                    None => continue,
                }
            } else if instrument.role == Role::Histogram {
                seconds.to_bits()
            } else {
                cells::one(instrument.descriptor.number)
            };
            let number = instrument.descriptor.number;
            cells::record(column.kind, number, &running.row, column.at_outcome(outcome), value);
        }
    }
}

/// A guard that is dropped without an end, because starting the rest of the call panicked, runs no more either.
impl Drop for MetricGuard {
    #[inline]
    fn drop(&mut self) {
        if self.metrics.in_flight
            && let Some(running) = self.running.take()
        {
            running.move_in_flight(self.metrics, -1);
        }
    }
}

impl Running {
    fn move_in_flight(&self, metrics: &FnMetrics, by: i64) {
        for (instrument, column) in metrics.instruments.iter().zip(&self.table.columns) {
            if instrument.role == Role::InFlight {
                cells::record_shared(instrument.descriptor.number, &self.row, column.at, by);
            }
        }
    }
}

impl Column {
    /// The first cell of an outcome that the column includes.
    fn at_outcome(&self, outcome: Outcome) -> usize {
        match self.outcomes {
            Some(outcomes) => self.at + (outcome.ordinal() - outcomes.first) * self.width,
            None => self.at,
        }
    }
}

impl Values {
    fn set(&mut self, position: usize, bits: u64) {
        if let Some(value) = self.inline.get_mut(position) {
            *value = bits;
            self.given |= 1 << position;
        } else {
            self.more.retain(|(other, _)| *other != position);
            self.more.push((position, bits));
        }
    }

    fn get(&self, position: usize) -> Option<u64> {
        match self.inline.get(position) {
            Some(bits) => (self.given & (1 << position) != 0).then_some(*bits),
            None => self.more.iter().find(|(other, _)| *other == position).map(|(_, bits)| *bits),
        }
    }
}
