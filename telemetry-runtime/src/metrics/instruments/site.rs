//! The part that all recording instruments share: what is declared, and the table once it is registered.

use std::sync::OnceLock;

use crate::metrics::attributes::MetricAttributes;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::health::{self, Drop};
use crate::metrics::registry::{self, RowCells, Rows, Schema, Table};
use crate::metrics::store::{Busy, UNSET};
use crate::plugin::Scope;

#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) descriptor: &'static Descriptor,
    pub(crate) scope: Scope,
    table: OnceLock<&'static Table>,
}

impl Site {
    pub(crate) const fn new(descriptor: &'static Descriptor, scope: Scope) -> Self {
        Self { descriptor, scope, table: OnceLock::new() }
    }

    /// The table, registered if it was not; `None` only from inside the store, which is counted, and where telemetry is
    /// compiled out.
    pub(crate) fn table<A: MetricAttributes>(&self) -> Option<&'static Table> {
        if cfg!(feature = "off") {
            return None;
        }
        match self.table.get() {
            Some(table) => Some(table),
            None => self.register(Schema::of::<A>()),
        }
    }

    #[cold]
    fn register(&self, schema: &'static Schema) -> Option<&'static Table> {
        let Some(busy) = Busy::enter() else {
            health::dropped(Drop::Reentrant);
            return None;
        };
        let family = registry::family(&busy, self.descriptor, self.scope);
        let table = registry::single_table(&busy, family, schema);
        Some(self.table.get_or_init(|| table))
    }

    /// The row of an attribute set.
    #[inline]
    pub(crate) fn row<A: MetricAttributes, B: MetricAttributes>(&self, attributes: &B) -> Option<RowCells> {
        self.table::<A>()?.row(attributes)
    }
}

/// What leads to a closed set's first row; [`UNSET`] for an open one, whose rows lie anywhere.
pub(super) fn dense_base(table: &'static Table) -> usize {
    match &table.rows {
        Rows::Dense(rows) => rows.base(),
        Rows::Open(_) => UNSET,
    }
}

/// A row of a closed set exists though its sum is zero.
pub(super) fn touch(table: &'static Table, index: usize) {
    if let Rows::Dense(rows) = &table.rows {
        rows.touch(table, index);
    }
}
