//! What is to be done when a call ends, worked out once per function.

use std::sync::{Mutex, OnceLock};

use super::errors::ErrorSeries;
use super::{FnInstrument, FnMetrics, Role};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::buckets::Buckets;
use crate::metrics::cells;
use crate::metrics::descriptor::NumberKind;
use crate::metrics::health::{self, Drop};
use crate::metrics::registry::{Column, ColumnKind, Lookup, RowCells, Table};
use crate::metrics::store::{self, Busy, lock};
use crate::outcome::Outcome;

/// The table of a function's instruments for one type of attributes, and the steps of a call.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) table: &'static Table,
    pub(super) instruments: &'static [FnInstrument],
    /// Whether points carry the attribute `outcome`.
    has_outcome: bool,
    /// Whether the duration is recorded.
    pub(super) is_timed: bool,
    /// The shared cell that counts running calls: that of the first up-down counter of whole numbers.
    in_flight: Option<usize>,
    /// Those of others.
    others_in_flight: Box<[(usize, NumberKind)]>,
    at_end: [Steps; Outcome::ALL.len()],
    rows: Placed,
    /// Made when a call first returns an error that says what it is.
    errors: OnceLock<ErrorSeries>,
}

/// One row of a plan: all that has to be known of a call while it runs.
#[derive(Debug)]
pub(super) struct PlanRow {
    pub(super) plan: &'static Plan,
    /// In a capture its shared cells are others.
    pub(super) cells: RowCells,
}

/// The rows that were recorded, so that a call finds everything by one pointer.
#[derive(Debug)]
enum Placed {
    /// By the index of the attributes.
    Dense(Box<[OnceLock<Box<PlanRow>>]>),
    /// By the row of the table.
    Open(Box<OpenRows>),
}

#[derive(Debug)]
struct OpenRows {
    known: Lookup<PlanRow>,
    adding: Mutex<()>,
}

/// What the end of a call does.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// The cell of the row to which one is added: that of the first counter of whole numbers.
    count: Option<usize>,
    /// The cells in which the duration is recorded: those of the first histogram.
    duration: Option<(usize, &'static Buckets)>,
    others: Box<[Step]>,
}

/// One thing more that the end of a call does; `at` is the first cell within the row.
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
}

impl Plan {
    /// The plan of a table whose columns are the instruments of these metrics.
    pub(super) fn leak(metrics: &FnMetrics, table: &'static Table) -> &'static Self {
        let instruments = metrics.instruments;
        let columns = || instruments.iter().zip(&table.columns).enumerate();
        let mut others_in_flight: Vec<_> = columns()
            .filter(|(_, (instrument, _))| instrument.role == Role::InFlight)
            .map(|(_, (instrument, column))| (column.at, instrument.descriptor.number))
            .collect();
        let whole = others_in_flight.iter().position(|(_, number)| *number == NumberKind::I64);
        let in_flight = whole.map(|first| others_in_flight.remove(first).0);
        Box::leak(Box::new(Self {
            table,
            instruments,
            has_outcome: metrics.outcome,
            is_timed: instruments.iter().any(|one| one.role == Role::Histogram && !one.valued),
            in_flight,
            others_in_flight: others_in_flight.into(),
            at_end: Outcome::ALL.map(|outcome| {
                columns()
                    .filter_map(|(position, (instrument, column))| {
                        step(position, instrument, column, outcome)
                    })
                    .collect()
            }),
            rows: Placed::of(table),
            errors: OnceLock::new(),
        }))
    }

    /// What the end of a call with this outcome does.
    #[inline]
    pub(super) fn steps(&self, outcome: Outcome) -> &Steps {
        &self.at_end[outcome.ordinal()]
    }

    /// The series of errors by type; `None` where outcomes are not told apart, and from inside the store.
    #[cold]
    pub(super) fn errors(&'static self) -> Option<&'static ErrorSeries> {
        if !self.has_outcome {
            return None;
        }
        if let Some(errors) = self.errors.get() {
            return Some(errors);
        }
        let busy = Busy::enter()?;
        Some(self.errors.get_or_init(|| ErrorSeries::new(&busy, self.instruments)))
    }

    /// The row of an attribute set. `None` only from inside the store, where a row cannot be made; that is counted.
    #[inline]
    pub(super) fn row<A: MetricAttributes>(&'static self, attributes: &A) -> Option<&'static PlanRow> {
        if let Placed::Dense(rows) = &self.rows
            && let Some(row) = rows.get(attributes.index()).and_then(OnceLock::get)
        {
            return Some(row);
        }
        self.find_row(attributes)
    }

    #[inline(never)]
    fn find_row<A: MetricAttributes>(&'static self, attributes: &A) -> Option<&'static PlanRow> {
        let cells = self.table.row_of_process(attributes)?;
        match &self.rows {
            Placed::Dense(rows) => {
                let row = rows.get(attributes.index())?;
                make(|_| Some(&**row.get_or_init(|| Box::new(PlanRow { plan: self, cells }))))
            }
            Placed::Open(rows) => {
                let OpenRows { known, adding } = &**rows;
                let id = cells.id();
                let hash = store::offset_hash(id);
                let find = || known.find(hash, |row| row.cells.id() == id);
                find().or_else(|| {
                    make(|busy| {
                        let _adding = lock(busy, adding);
                        // Another thread may have been faster.
                        find().or_else(|| {
                            let row = Box::leak(Box::new(PlanRow { plan: self, cells }));
                            known.insert(hash, row);
                            Some(row)
                        })
                    })
                })
            }
        }
    }

    /// Counts a call as running, or as running no more.
    #[inline]
    pub(super) fn move_in_flight(&self, row: &RowCells, by: i64) {
        if let Some(at) = self.in_flight {
            cells::add_shared(by, row, at);
        }
        for (at, number) in &self.others_in_flight {
            cells::record_shared(*number, row, *at, by);
        }
    }
}

/// Makes a row; not from inside the store, where nothing may be allocated, and that is counted.
fn make<'a>(make: impl FnOnce(&Busy) -> Option<&'a PlanRow>) -> Option<&'a PlanRow> {
    let Some(busy) = Busy::enter() else {
        health::dropped(Drop::Reentrant);
        return None;
    };
    make(&busy)
}

impl Placed {
    fn of(table: &Table) -> Self {
        if table.is_dense() {
            Self::Dense((0..table.schema.cardinality).map(|_| OnceLock::new()).collect())
        } else {
            Self::Open(Box::new(OpenRows { known: Lookup::new(), adding: Mutex::new(()) }))
        }
    }
}

impl FromIterator<Step> for Steps {
    fn from_iter<T: IntoIterator<Item = Step>>(all: T) -> Self {
        let mut steps = Self::default();
        let mut others = Vec::new();
        for step in all {
            match step {
                Step::Count { at } if steps.count.is_none() => steps.count = Some(at),
                Step::Duration { at, buckets } if steps.duration.is_none() => {
                    steps.duration = Some((at, buckets));
                }
                step => others.push(step),
            }
        }
        steps.others = others.into_boxed_slice();
        steps
    }
}

impl Steps {
    /// Does them in a row; `value` gives that of the instrument at a position, `seconds` the duration.
    #[inline]
    pub(super) fn record(
        &self,
        row: &RowCells,
        value: impl Fn(usize) -> Option<u64>,
        seconds: impl Fn() -> f64,
    ) {
        let slab = store::slab();
        if let Some(at) = self.count {
            cells::count(slab, row.base + at);
        }
        if let Some((at, buckets)) = self.duration {
            cells::measure(slab, buckets, row.base + at, seconds());
        }
        for step in &self.others {
            match *step {
                Step::Count { at } => cells::count(store::slab(), row.base + at),
                Step::Duration { at, buckets } => {
                    cells::measure(store::slab(), buckets, row.base + at, seconds());
                }
                Step::One { at, kind, number } => cells::record(kind, number, row, at, cells::one(number)),
                Step::Value { at, kind, number, position } => {
                    if let Some(bits) = value(position) {
                        cells::record(kind, number, row, at, bits);
                    }
                }
            }
        }
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
    if instrument.role == Role::InFlight || !instrument.on.includes(outcome) {
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
