//! An instrument that is declared elsewhere and recorded by a function.

use super::{CallValue, On, Role, bits_of};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::cells;
use crate::metrics::descriptor::NumberKind;
use crate::metrics::instruments::{Counter, Gauge, Histogram, Site, UpDownCounter};
use crate::metrics::number::{CounterNumber, GaugeNumber, HistogramNumber, UpDownNumber};
use crate::metrics::registry::{ColumnKind, RowCells};
use crate::outcome::Outcome;

/// One existing instrument in one running call: `counter = CATALOG.processed`. Its series is found on entry, and it is
/// recorded when the call ends. It has the attributes of its own declaration and no `outcome`.
#[derive(Debug)]
pub struct Existing {
    /// `None` once the call has ended, and if the row could not be made.
    series: Option<(ColumnKind, RowCells)>,
    number: NumberKind,
    role: Role,
    on: On,
    /// Whether it records a value that the call gives, rather than one or the duration.
    valued: bool,
    value: Option<u64>,
}

impl Existing {
    /// Adds one to a counter, or a value.
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn counter<T: CounterNumber, A: MetricAttributes, B: MetricAttributes<Schema = A::Schema>>(
        counter: &Counter<T, A>,
        attributes: B,
    ) -> Self {
        Self::new::<A, B>(counter.site(), &attributes, T::KIND, Role::Counter)
    }

    /// Records the seconds that the call takes in a histogram, or a value.
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn histogram<T: HistogramNumber, A: MetricAttributes, B: MetricAttributes<Schema = A::Schema>>(
        histogram: &Histogram<T, A>,
        attributes: B,
    ) -> Self {
        Self::new::<A, B>(histogram.site(), &attributes, T::KIND, Role::Histogram)
    }

    /// Adds a value to an up-down counter.
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn up_down_counter<T: UpDownNumber, A: MetricAttributes, B: MetricAttributes<Schema = A::Schema>>(
        counter: &UpDownCounter<T, A>,
        attributes: B,
    ) -> Self {
        Self::new::<A, B>(counter.site(), &attributes, T::KIND, Role::UpDownCounter)
    }

    /// Sets a gauge to a value.
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn gauge<T: GaugeNumber, A: MetricAttributes, B: MetricAttributes<Schema = A::Schema>>(
        gauge: &Gauge<T, A>,
        attributes: B,
    ) -> Self {
        Self::new::<A, B>(gauge.site(), &attributes, T::KIND, Role::Gauge)
    }

    /// Counts the call in an up-down counter while it runs.
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn in_flight<T: UpDownNumber, A: MetricAttributes, B: MetricAttributes<Schema = A::Schema>>(
        counter: &UpDownCounter<T, A>,
        attributes: B,
    ) -> Self {
        let existing = Self::new::<A, B>(counter.site(), &attributes, T::KIND, Role::InFlight);
        if let Some((_, row)) = &existing.series {
            cells::record_shared(existing.number, row, 0, 1);
        }
        existing
    }

    fn new<A: MetricAttributes, B: MetricAttributes>(
        site: &Site,
        attributes: &B,
        number: NumberKind,
        role: Role,
    ) -> Self {
        let series = site.table::<A>().and_then(|table| {
            let column = table.columns.first()?;
            Some((column.kind, table.row(attributes)?))
        });
        Self { series, number, role, on: On::Always, valued: false, value: None }
    }

    /// Says which calls are recorded; all of them unless it is said.
    #[must_use]
    pub fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }

    /// Says that the call gives the value later; a call that does not is not recorded.
    #[must_use]
    pub fn valued(mut self) -> Self {
        self.valued = true;
        self
    }

    /// Gives the value that is recorded.
    #[must_use]
    pub fn value(mut self, value: impl CallValue) -> Self {
        self.set_value(value);
        self
    }

    /// Gives the value that is recorded.
    pub fn set_value(&mut self, value: impl CallValue) {
        self.valued = true;
        self.value = bits_of(value, self.number);
    }

    /// Whether the duration is recorded.
    pub(crate) fn is_timed(&self) -> bool {
        self.role == Role::Histogram && !self.valued
    }

    /// Records the call, once.
    pub(crate) fn finish(&mut self, outcome: Outcome, seconds: impl Fn() -> f64) {
        let Some((kind, row)) = self.series.take() else {
            return;
        };
        if self.role == Role::InFlight {
            cells::record_shared(self.number, &row, 0, -1);
            return;
        }
        if !self.on.includes(outcome) {
            return;
        }
        let (number, value) = match self.role {
            _ if self.valued => (self.number, self.value),
            // A duration is a fraction, whatever the histogram's own numbers are.
            Role::Histogram => (NumberKind::F64, Some(seconds().to_bits())),
            _ => (self.number, Some(cells::one(self.number))),
        };
        if let Some(value) = value {
            cells::record(kind, number, &row, 0, value);
        }
    }
}

/// As for a guard: what is dropped without an end runs no more.
impl Drop for Existing {
    fn drop(&mut self) {
        if self.role == Role::InFlight {
            self.finish(Outcome::Cancelled, || 0.0);
        }
    }
}
