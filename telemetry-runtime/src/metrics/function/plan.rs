//! What is to be done when a call ends, worked out once per function.

use std::sync::OnceLock;

use super::errors::ErrorSeries;
use super::{FnInstrument, Role};
use crate::metrics::buckets::Buckets;
use crate::metrics::descriptor::NumberKind;
use crate::metrics::registry::{Column, ColumnKind, Table};
use crate::outcome::Outcome;

/// The table of a function's instruments for one type of attributes, and the steps of a call.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) table: &'static Table,
    /// The shared cells that count running calls.
    pub(super) in_flight: Box<[(usize, NumberKind)]>,
    at_end: [Box<[Step]>; Outcome::ALL.len()],
    /// Made when a call first returns an error that says what it is.
    pub(super) errors: OnceLock<ErrorSeries>,
}

/// One thing that the end of a call does; `at` is the first cell within the row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Adds one to a counter of whole numbers.
    Count { at: usize },
    /// Records the duration.
    Duration { at: usize, buckets: &'static Buckets },
    /// Adds one to any other sum.
    One { at: usize, kind: ColumnKind, number: NumberKind },
    /// Records the value of the instrument at `position`, if the call gave one.
    Value { at: usize, kind: ColumnKind, number: NumberKind, position: usize },
    /// Counts the call as running no more.
    Leave { at: usize, number: NumberKind },
}

impl Plan {
    /// The plan of a table whose columns are these instruments.
    pub(super) fn leak(instruments: &[FnInstrument], table: &'static Table) -> &'static Self {
        let columns = || instruments.iter().zip(&table.columns).enumerate();
        Box::leak(Box::new(Self {
            table,
            in_flight: columns()
                .filter(|(_, (instrument, _))| instrument.role == Role::InFlight)
                .map(|(_, (instrument, column))| (column.at, instrument.descriptor.number))
                .collect(),
            at_end: Outcome::ALL.map(|outcome| {
                columns()
                    .filter_map(|(position, (instrument, column))| {
                        step(position, instrument, column, outcome)
                    })
                    .collect()
            }),
            errors: OnceLock::new(),
        }))
    }

    /// What the end of a call with this outcome does.
    #[inline]
    pub(super) fn steps(&self, outcome: Outcome) -> &[Step] {
        &self.at_end[outcome.ordinal()]
    }
}

/// What the end of a call with this outcome does for an instrument.
pub(super) fn step(
    position: usize,
    instrument: &FnInstrument,
    column: &Column,
    outcome: Outcome,
) -> Option<Step> {
    let (kind, number) = (column.kind, instrument.descriptor.number);
    if instrument.role == Role::InFlight {
        return Some(Step::Leave { at: column.at, number });
    }
    if !instrument.on.includes(outcome) {
        return None;
    }
    let at = match column.outcomes {
        Some(outcomes) => column.at + (outcome.ordinal() - outcomes.first()) * column.width(),
        None => column.at,
    };
    Some(match (instrument.role, kind, number) {
        _ if instrument.valued => Step::Value { at, kind, number, position },
        (Role::Histogram, ColumnKind::Histogram(buckets), _) => Step::Duration { at, buckets },
        (_, ColumnKind::Sum, NumberKind::U64) => Step::Count { at },
        _ => Step::One { at, kind, number },
    })
}
