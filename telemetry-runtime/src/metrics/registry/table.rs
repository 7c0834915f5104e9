//! Where values lie: rows are attribute sets, columns are instruments.
//!
//! A single instrument is a table of one column. The metrics of a function are one table, so that a call finds its row
//! once. Counters and histograms have cells in the slabs of the threads; gauges and up-down counters have one cell per
//! row that all threads share.

use std::any::TypeId;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU64};

use super::Family;
use super::dense::DenseRows;
use super::open::{OpenRows, cardinality_limit};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::buckets::Buckets;
use crate::metrics::descriptor::InstrumentKind;
use crate::metrics::moved;
use crate::metrics::snapshot::AttributeData;
use crate::metrics::store::{self, Busy, Slab};
use crate::outcome::Outcome;

/// An attribute set's type, as values.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) id: fn() -> TypeId,
    pub(crate) keys: &'static [&'static str],
    pub(crate) cardinality: usize,
    pub(crate) open: bool,
    pub(crate) limits: &'static [(usize, usize)],
    pub(crate) values: fn(usize, &mut dyn FnMut(usize, AttributeData)),
}

impl Schema {
    pub(crate) const fn of<A: MetricAttributes>() -> &'static Self {
        const {
            &Self {
                id: TypeId::of::<A::Schema>,
                keys: A::KEYS,
                cardinality: A::CARDINALITY,
                open: A::OPEN,
                limits: A::LIMITS,
                values: A::values,
            }
        }
    }
}

/// How a column keeps its values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ColumnKind {
    /// One cell per thread.
    Sum,
    /// Several cells per thread.
    Histogram(&'static Buckets),
    /// One shared cell, added to.
    UpDown,
    /// One shared cell, stored to.
    Gauge,
}

impl ColumnKind {
    /// How the columns of a metric that are made now keep its values.
    pub(crate) fn of(family: &Family) -> Self {
        match (family.descriptor().kind, family.buckets()) {
            (InstrumentKind::Histogram, Some(buckets)) => Self::Histogram(buckets),
            // A histogram without buckets does not exist: every family of one is made with them.
            (InstrumentKind::Counter | InstrumentKind::ObservableCounter | InstrumentKind::Histogram, _) => {
                Self::Sum
            }
            (InstrumentKind::UpDownCounter | InstrumentKind::ObservableUpDownCounter, _) => Self::UpDown,
            (InstrumentKind::Gauge | InstrumentKind::ObservableGauge, _) => Self::Gauge,
        }
    }

    /// Cells of one series.
    const fn width(self) -> usize {
        match self {
            Self::Histogram(buckets) => buckets.cells(),
            Self::Sum | Self::UpDown | Self::Gauge => 1,
        }
    }
}

/// The outcomes that a column tells apart by the attribute `outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcomes {
    All,
    Only(Outcome),
}

impl Outcomes {
    /// The first of them; the others follow.
    pub(crate) const fn first(self) -> usize {
        match self {
            Self::All => 0,
            Self::Only(outcome) => outcome.ordinal(),
        }
    }

    pub(crate) const fn count(self) -> usize {
        match self {
            Self::All => Outcome::ALL.len(),
            Self::Only(_) => 1,
        }
    }
}

/// One instrument of a table.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) family: &'static Family,
    pub(crate) kind: ColumnKind,
    /// The first cell within the row: of the thread's cells for sums and histograms, else of the shared ones.
    pub(crate) at: usize,
    pub(crate) outcomes: Option<Outcomes>,
}

impl Column {
    /// Cells of one outcome.
    pub(crate) const fn width(&self) -> usize {
        self.kind.width()
    }
}

/// Columns while they are put together.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    list: Vec<Column>,
    cells: usize,
    shared: usize,
}

impl Columns {
    pub(crate) fn push(&mut self, family: &'static Family, kind: ColumnKind, outcomes: Option<Outcomes>) {
        let end = match kind {
            ColumnKind::Sum | ColumnKind::Histogram(_) => &mut self.cells,
            ColumnKind::UpDown | ColumnKind::Gauge => &mut self.shared,
        };
        let at = *end;
        *end += kind.width() * outcomes.map_or(1, Outcomes::count);
        self.list.push(Column { family, kind, at, outcomes });
    }
}

/// A table of cells.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) schema: &'static Schema,
    /// That of the schema: it is compared at each call of a function.
    pub(crate) id: TypeId,
    pub(crate) columns: Box<[Column]>,
    /// Cells of a row in a slab.
    pub(crate) cells: usize,
    /// Shared cells of a row.
    pub(crate) shared: usize,
    pub(crate) rows: Rows,
    /// Those of the first column, if it is a histogram.
    buckets: Option<&'static Buckets>,
    keys: &'static [&'static str],
}

/// The rows of a table.
#[derive(Debug)]
pub(crate) enum Rows {
    /// One row per index of a closed set.
    Dense(DenseRows),
    /// Rows that are made when their attributes are first seen.
    Open(Box<OpenRows>),
}

impl Table {
    /// A table for the life of the process. `keys` are those of the declaration.
    pub(super) fn leak(
        busy: &Busy,
        schema: &'static Schema,
        keys: &'static [&'static str],
        columns: Columns,
    ) -> &'static Self {
        let count = schema.cardinality;
        let rows = if schema.open {
            Rows::Open(Box::new(OpenRows::new(schema.limits)))
        } else {
            // A histogram's row has many cells.
            let single = columns.list.iter().any(|column| matches!(column.kind, ColumnKind::Histogram(_)));
            Rows::Dense(DenseRows::new(busy, count, columns.cells, columns.shared, single))
        };
        let buckets = match columns.list.first().map(|column| column.kind) {
            Some(ColumnKind::Histogram(buckets)) => Some(buckets),
            _ => None,
        };
        Box::leak(Box::new(Self {
            schema,
            id: (schema.id)(),
            buckets,
            keys: if schema.keys.is_empty() { keys } else { schema.keys },
            columns: columns.list.into_boxed_slice(),
            cells: columns.cells,
            shared: columns.shared,
            rows,
        }))
    }

    /// The key of a position. A set without a key for it is a mistake of generated code; the value is kept.
    pub(super) fn key(&self, position: usize) -> Cow<'static, str> {
        match self.keys.get(position) {
            Some(key) => Cow::Borrowed(key),
            None => Cow::Owned(format!("attribute.{position}")),
        }
    }
}

/// Where one row's values are recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowCells {
    /// The offset of its cells in a slab.
    pub(crate) base: usize,
    /// Its shared cells.
    pub(crate) shared: &'static [AtomicU64],
    touched: &'static AtomicBool,
}

impl RowCells {
    /// What tells the row from all others.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self.touched).addr()
    }

    /// The row as it is recorded now: in a capture its shared cells are others.
    #[inline]
    pub(crate) fn of_now(self, table: &Table) -> Self {
        Self { shared: store::shared(self.shared, table.shared), ..self }
    }

    /// Whether this is the flag of the row.
    pub(super) fn has_flag(&self, touched: &AtomicBool) -> bool {
        std::ptr::eq(self.touched, touched)
    }

    /// Says that the row exists though its sums may be zero.
    #[inline]
    pub(crate) fn touch(&self) {
        store::touch(self.touched);
    }
}

impl Table {
    /// The buckets of a single histogram, as its cells were laid out.
    #[inline]
    pub(crate) fn buckets(&self) -> Option<&'static Buckets> {
        self.buckets
    }

    /// The most rows of free attributes: the largest limit of its metrics.
    pub(super) fn cardinality_limit(&self) -> usize {
        let limits = self.columns.iter().map(|column| column.family.cardinality_limit());
        limits.max().unwrap_or_else(cardinality_limit)
    }

    /// Lets the series of a histogram whose buckets have changed begin anew, in all rows.
    pub(super) fn restart(&self, busy: &Busy, slabs: &[Slab]) {
        match &self.rows {
            Rows::Dense(rows) => rows.restart(busy, self, slabs),
            Rows::Open(rows) => {
                for row in rows.all() {
                    self.restart_row(busy, row.base, slabs);
                }
            }
        }
    }

    /// The same in the row at `base`.
    pub(super) fn restart_row(&self, busy: &Busy, base: usize, slabs: &[Slab]) {
        for column in &self.columns {
            let (ColumnKind::Histogram(laid_out), Some(wanted)) = (column.kind, column.family.buckets())
            else {
                continue;
            };
            for outcome in 0..column.outcomes.map_or(1, Outcomes::count) {
                let offset = base + column.at + outcome * column.width();
                if moved::current(laid_out, offset).buckets.bounds() != wanted.bounds() {
                    moved::restart(busy, offset, wanted);
                }
                if moved::current(laid_out, offset).offset != offset {
                    moved::redirect(offset, slabs);
                }
            }
        }
    }

    /// The row of an attribute set. `None` only from inside the store, where a row cannot be made; that is counted.
    #[inline]
    pub(crate) fn row<A: MetricAttributes>(&'static self, attributes: &A) -> Option<RowCells> {
        Some(self.row_of_process(attributes)?.of_now(self))
    }

    /// The same, with the cells that all threads share of the process, also in a capture.
    #[inline]
    pub(crate) fn row_of_process<A: MetricAttributes>(&'static self, attributes: &A) -> Option<RowCells> {
        match &self.rows {
            Rows::Dense(rows) => {
                let index = attributes.index();
                Some(RowCells {
                    base: rows.place(self, index)?,
                    shared: rows.shared.get(index * self.shared..)?,
                    touched: rows.flag(self, index)?,
                })
            }
            Rows::Open(rows) => {
                let row = rows.row(self, attributes)?;
                Some(RowCells { base: row.base, shared: &row.shared, touched: &row.touched })
            }
        }
    }

    /// Whether the rows are as many as there are combinations of values, each with its index.
    pub(crate) fn is_dense(&self) -> bool {
        matches!(self.rows, Rows::Dense(_))
    }
}
