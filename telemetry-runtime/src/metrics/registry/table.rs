//! Where values lie: rows are attribute sets, columns are instruments.
//!
//! A single instrument is a table of one column. The metrics of a function are one table, so that a call finds its row
//! once. Counters and histograms have cells in the slabs of the threads; gauges and up-down counters have one cell per
//! row that all threads share.

use std::any::TypeId;
use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};

use super::Family;
use super::open::OpenRows;
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::buckets::{Buckets, Distribution};
use crate::metrics::descriptor::{Descriptor, InstrumentKind};
use crate::metrics::number::gauge_value;
use crate::metrics::snapshot::{AttributeData, Attributes};
use crate::metrics::store::{self, Busy, Slab};
use crate::outcome::Outcome;

/// An attribute set's type, as values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema {
    pub(crate) id: TypeId,
    pub(crate) keys: &'static [&'static str],
    pub(crate) cardinality: usize,
    pub(crate) open: bool,
    pub(crate) limits: &'static [(usize, usize)],
    pub(crate) values: fn(usize, &mut dyn FnMut(usize, AttributeData)),
}

impl Schema {
    pub(crate) fn of<A: MetricAttributes>() -> Self {
        Self {
            id: TypeId::of::<A::Schema>(),
            keys: A::KEYS,
            cardinality: A::CARDINALITY,
            open: A::OPEN,
            limits: A::LIMITS,
            values: A::values,
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
    pub(crate) fn of(descriptor: &Descriptor, buckets: impl FnOnce() -> &'static Buckets) -> Self {
        match descriptor.kind {
            InstrumentKind::Counter | InstrumentKind::ObservableCounter => Self::Sum,
            InstrumentKind::Histogram => Self::Histogram(buckets()),
            InstrumentKind::UpDownCounter | InstrumentKind::ObservableUpDownCounter => Self::UpDown,
            InstrumentKind::Gauge | InstrumentKind::ObservableGauge => Self::Gauge,
        }
    }
}

/// The outcomes that a column tells apart by the attribute `outcome`: those from `first` on, `count` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcomes {
    pub(crate) first: usize,
    pub(crate) count: usize,
}

/// One instrument of a table.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) family: &'static Family,
    pub(crate) kind: ColumnKind,
    /// The first cell within the row: of the thread's cells for sums and histograms, else of the shared ones.
    pub(crate) at: usize,
    /// Cells of one outcome.
    pub(crate) width: usize,
    pub(crate) outcomes: Option<Outcomes>,
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
        let (end, width) = match kind {
            ColumnKind::Sum => (&mut self.cells, 1),
            ColumnKind::Histogram(buckets) => (&mut self.cells, buckets.cells()),
            ColumnKind::UpDown | ColumnKind::Gauge => (&mut self.shared, 1),
        };
        let at = *end;
        *end += width * outcomes.map_or(1, |outcomes| outcomes.count);
        self.list.push(Column { family, kind, at, width, outcomes });
    }
}

/// A table of cells.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) schema: Schema,
    pub(crate) columns: Box<[Column]>,
    /// Cells of a row in a slab.
    pub(crate) cells: usize,
    /// Shared cells of a row.
    pub(crate) shared: usize,
    pub(crate) rows: Rows,
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

/// The rows of a closed set.
#[derive(Debug)]
pub(crate) struct DenseRows {
    /// The offset of the first row.
    pub(crate) base: usize,
    /// The shared cells of all rows.
    pub(crate) shared: Box<[AtomicU64]>,
    /// Whether a row exists though its sums are zero.
    touched: Box<[AtomicBool]>,
    /// Made at the first collection that finds a value.
    attributes: OnceLock<Box<[RowAttributes]>>,
}

/// The attributes of a row, made at its first export and kept.
#[derive(Debug, Default)]
pub(crate) struct RowAttributes {
    plain: OnceLock<Attributes>,
    by_outcome: OnceLock<Box<[Attributes; Outcome::ALL.len()]>>,
}

/// A value of a series at collection.
#[derive(Debug)]
pub(crate) enum Reading {
    Number(u64),
    Distribution(Distribution),
}

fn zeros(count: usize) -> Box<[AtomicU64]> {
    (0..count).map(|_| AtomicU64::new(0)).collect()
}

impl DenseRows {
    fn attributes(&self) -> &[RowAttributes] {
        self.attributes.get_or_init(|| self.touched.iter().map(|_| RowAttributes::default()).collect())
    }

    /// Says that a row exists.
    #[cold]
    pub(crate) fn touch(&self, row: usize) {
        if let Some(touched) = self.touched.get(row) {
            touch(touched);
        }
    }
}

/// Writes only once, so that the line stays shared between processors.
#[inline]
fn touch(touched: &AtomicBool) {
    if !touched.load(Relaxed) {
        touched.store(true, Relaxed);
    }
}

impl Table {
    /// A table for the life of the process. `keys` are those of the declaration.
    pub(super) fn leak(
        busy: &Busy,
        schema: Schema,
        keys: &'static [&'static str],
        columns: Columns,
    ) -> &'static Self {
        let count = schema.cardinality;
        let rows = if schema.open {
            Rows::Open(Box::new(OpenRows::new(schema.limits)))
        } else {
            Rows::Dense(DenseRows {
                base: store::reserve(busy, columns.cells * count),
                shared: zeros(columns.shared * count),
                touched: (0..count).map(|_| AtomicBool::new(false)).collect(),
                attributes: OnceLock::new(),
            })
        };
        Box::leak(Box::new(Self {
            schema,
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

    /// Calls `sink` for every series that has a value.
    pub(crate) fn read(
        &'static self,
        busy: &Busy,
        slabs: &[Slab],
        sink: &mut dyn FnMut(&'static Family, &Attributes, Reading),
    ) {
        match &self.rows {
            Rows::Dense(rows) => {
                for (index, touched) in rows.touched.iter().enumerate() {
                    let view = View {
                        base: rows.base + index * self.cells,
                        shared: &rows.shared[index * self.shared..][..self.shared],
                        touched: touched.load(Relaxed),
                        attributes: &|| &rows.attributes()[index],
                        make: &|| self.closed_attributes(index),
                    };
                    self.read_row(&view, slabs, sink);
                }
            }
            Rows::Open(rows) => {
                for row in rows.all(busy) {
                    let view = View {
                        base: row.base,
                        shared: &row.shared,
                        touched: row.touched.load(Relaxed),
                        attributes: &|| &row.attributes,
                        make: &|| row.pairs.clone(),
                    };
                    self.read_row(&view, slabs, sink);
                }
            }
        }
    }

    fn read_row(
        &'static self,
        view: &View<'_>,
        slabs: &[Slab],
        sink: &mut dyn FnMut(&'static Family, &Attributes, Reading),
    ) {
        for column in &self.columns {
            let outcomes = column.outcomes.unwrap_or(Outcomes { first: 0, count: 1 });
            for outcome in 0..outcomes.count {
                let at = column.at + outcome * column.width;
                // Only a series without an outcome exists by being touched: a call that is counted has an outcome.
                let touched = view.touched && column.outcomes.is_none();
                if let Some(reading) = column.read(view, at, touched, slabs) {
                    let outcome = column.outcomes.map(|outcomes| Outcome::ALL[outcomes.first + outcome]);
                    sink(column.family, view.attributes(outcome), reading);
                }
            }
        }
    }

    fn closed_attributes(&self, index: usize) -> Vec<(Cow<'static, str>, AttributeData)> {
        let mut pairs = Vec::new();
        (self.schema.values)(index, &mut |position, data| pairs.push((self.key(position), data)));
        pairs
    }
}

struct View<'a> {
    base: usize,
    shared: &'a [AtomicU64],
    touched: bool,
    attributes: &'a dyn Fn() -> &'a RowAttributes,
    make: &'a dyn Fn() -> Vec<(Cow<'static, str>, AttributeData)>,
}

impl<'a> View<'a> {
    fn attributes(&self, outcome: Option<Outcome>) -> &'a Attributes {
        let row = (self.attributes)();
        let Some(outcome) = outcome else {
            return row.plain.get_or_init(|| canonical((self.make)()));
        };
        let by_outcome = row.by_outcome.get_or_init(|| {
            Box::new(Outcome::ALL.map(|outcome| {
                let mut pairs = (self.make)();
                pairs.push(("outcome".into(), AttributeData::String(outcome.as_str().into())));
                canonical(pairs)
            }))
        });
        &by_outcome[outcome.ordinal()]
    }
}

/// Attributes sorted by key, so that equal sets are equal slices; of equal keys the last one counts.
pub(crate) fn canonical(mut pairs: Vec<(Cow<'static, str>, AttributeData)>) -> Attributes {
    // Reversed first, because the sort is stable and the first of equal keys is kept.
    pairs.reverse();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs.dedup_by(|(a, _), (b, _)| a == b);
    pairs.into()
}

impl Column {
    fn read(&self, view: &View<'_>, at: usize, touched: bool, slabs: &[Slab]) -> Option<Reading> {
        match self.kind {
            ColumnKind::Sum => {
                let number = self.family.descriptor().number;
                let sum = slabs
                    .iter()
                    .filter_map(|slab| slab.get(view.base + at))
                    .fold(0, |sum, cell| number.sum(sum, cell.load(Relaxed)));
                (sum != 0 || touched).then_some(Reading::Number(sum))
            }
            ColumnKind::Histogram(buckets) => {
                let mut distribution = Distribution::new(buckets.bounds().len() + 1);
                for slab in slabs {
                    distribution.add_slab(slab, view.base + at);
                }
                (distribution.count() > 0 || touched).then_some(Reading::Distribution(distribution))
            }
            ColumnKind::UpDown => {
                let bits = view.shared[at].load(Relaxed);
                (bits != 0 || touched).then_some(Reading::Number(bits))
            }
            ColumnKind::Gauge => gauge_value(view.shared[at].load(Relaxed)).map(Reading::Number),
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
    /// Says that the row exists though its sums may be zero.
    #[inline]
    pub(crate) fn touch(&self) {
        touch(self.touched);
    }
}

impl Table {
    /// The row of an attribute set. `None` only from inside the store, where a row cannot be made; that is counted.
    #[inline]
    pub(crate) fn row<A: MetricAttributes>(&'static self, attributes: &A) -> Option<RowCells> {
        match &self.rows {
            Rows::Dense(rows) => {
                let index = attributes.index();
                Some(RowCells {
                    base: rows.base + index * self.cells,
                    shared: rows.shared.get(index * self.shared..)?,
                    touched: rows.touched.get(index)?,
                })
            }
            Rows::Open(rows) => {
                let row = rows.row(self, attributes)?;
                Some(RowCells { base: row.base, shared: &row.shared, touched: &row.touched })
            }
        }
    }
}
