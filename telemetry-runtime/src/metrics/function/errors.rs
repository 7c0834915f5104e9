//! The series of calls whose error says what it is: they have `error.type` beside `outcome="error"`.
//!
//! The types are few, but the compiler does not know how many, so these series are not in the dense table of the
//! function. They are rows of a table of their own, made when a type is first seen in a row of the function's, and
//! bounded by the cardinality limit as free text is. A call that is no error never comes here.

use std::hash::BuildHasher;
use std::sync::Mutex;

use super::plan::{PlanRow, Steps, step};
use super::{FnInstrument, Role};
use crate::metrics::attributes::{AttributeRef, FreeAttributes};
use crate::metrics::registry::{
    self, ColumnKind, Columns, Lookup, RowCells, Schema, Table, cardinality_limit,
};
use crate::metrics::store::{Busy, lock};
use crate::outcome::Outcome;

/// The series of one plan.
#[derive(Debug)]
pub(super) struct ErrorSeries {
    table: &'static Table,
    steps: Steps,
    /// The rows that were seen, so that a known type costs one look-up.
    known: Lookup<Known>,
    adding: Mutex<()>,
}

/// Where the calls of a row with one type of error are recorded.
#[derive(Debug)]
struct Known {
    row: usize,
    error_type: &'static str,
    cells: RowCells,
}

impl ErrorSeries {
    /// The series of those instruments that record errors; their values are found by their positions in the whole list.
    pub(super) fn new(busy: &Busy, instruments: &[FnInstrument]) -> Self {
        let recording = || {
            instruments.iter().enumerate().filter(|(_, instrument)| instrument.on.includes(Outcome::Error))
        };
        let recording = || recording().filter(|(_, instrument)| instrument.role != Role::InFlight);
        let mut columns = Columns::default();
        for (_, instrument) in recording() {
            let family = registry::family(busy, instrument.descriptor, instrument.descriptor.scope);
            columns.push(family, ColumnKind::of(family), None);
        }
        let schema = Schema::of::<FreeAttributes<'static>>();
        let table = registry::shared_table(busy, schema, &[], columns);
        let steps = recording()
            .zip(&table.columns)
            .filter_map(|((position, instrument), column)| step(position, instrument, column, Outcome::Error))
            .collect();
        Self { table, steps, known: Lookup::new(), adding: Mutex::new(()) }
    }

    /// What is done for an error in a call.
    pub(super) fn steps(&self) -> &Steps {
        &self.steps
    }

    /// The cells of a type in a row of the plan. `None` only from inside the store, which is counted there.
    pub(super) fn row(&self, row: &PlanRow, error_type: &'static str) -> Option<RowCells> {
        let id = row.cells.id();
        let hash = foldhash::fast::FixedState::default().hash_one((id, error_type));
        let is_it = |known: &Known| known.row == id && known.error_type == error_type;
        if let Some(known) = self.known.find(hash, is_it) {
            return Some(known.cells);
        }
        let attributes = row.plan.table.attributes_of(&row.cells, Outcome::Error)?;
        let mut pairs: Vec<(&str, AttributeRef<'_>)> =
            attributes.iter().filter_map(|(key, value)| Some((&**key, AttributeRef::of(value)?))).collect();
        let at = pairs.partition_point(|(key, _)| *key < "error.type");
        pairs.insert(at, ("error.type", AttributeRef::String(error_type)));
        let cells = self.table.row(&FreeAttributes(&pairs))?;
        let busy = Busy::enter()?;
        let adding = lock(&busy, &self.adding);
        // Beyond the limit all is one row, and finding it takes the long way.
        if self.known.len() < cardinality_limit() && self.known.find(hash, is_it).is_none() {
            self.known.insert(hash, Box::leak(Box::new(Known { row: id, error_type, cells })));
        }
        drop(adding);
        Some(cells)
    }
}
