//! What a table holds at a collection.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;

use super::open::Listed;
use super::{Column, ColumnKind, DenseRows, RowCells, Rows, Table};
use crate::metrics::buckets::Buckets;
use crate::metrics::descriptor::NumberKind;
use crate::metrics::distribution::Distribution;
use crate::metrics::exemplars;
use crate::metrics::moved::{self, Place};
use crate::metrics::snapshot::{AttributeData, Attributes};
use crate::metrics::store::{Reach, Source};
use crate::outcome::Outcome;

/// Attributes that are not shared yet.
pub(crate) type Pairs = Vec<(Cow<'static, str>, AttributeData)>;

/// A value of a series at collection.
#[derive(Debug)]
pub(crate) enum Reading {
    Number(u64),
    Distribution(Distribution),
}

/// The attributes of a row. Those with an outcome are made when they are first exported.
#[derive(Debug)]
pub(crate) struct RowAttributes {
    plain: Attributes,
    by_outcome: OnceLock<Box<[Attributes; Outcome::ALL.len()]>>,
}

impl RowAttributes {
    pub(super) fn new(pairs: Pairs) -> Self {
        Self { plain: Attributes::forever(canonical(pairs)), by_outcome: OnceLock::new() }
    }

    pub(super) fn with(&self, outcome: Option<Outcome>) -> &Attributes {
        let Some(outcome) = outcome else {
            return &self.plain;
        };
        let by_outcome = self.by_outcome.get_or_init(|| {
            Box::new(Outcome::ALL.map(|outcome| {
                let mut pairs = self.plain.to_vec();
                pairs.push(("outcome".into(), AttributeData::String(outcome.as_str().into())));
                Attributes::forever(canonical(pairs))
            }))
        });
        &by_outcome[outcome.ordinal()]
    }
}

/// Attributes sorted by key, so that equal sets are equal slices; of equal keys the last one counts.
pub(crate) fn canonical(mut pairs: Pairs) -> Pairs {
    // Reversed first, because the sort is stable and the first of equal keys is kept.
    pairs.reverse();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs.dedup_by(|(a, _), (b, _)| a == b);
    pairs
}

/// One row at a collection. What is asked for is what most rows do not need.
trait RowView {
    /// The offset of its cells; `None` if nothing was recorded in them.
    fn base(&self) -> Option<usize>;
    /// A shared cell; of a row that nothing was recorded in, a fresh one.
    fn shared(&self, at: usize) -> u64;
    fn is_touched(&self) -> bool;
    fn attributes(&self, outcome: Option<Outcome>) -> &Attributes;
}

/// A row of a closed set.
struct DenseView<'a> {
    table: &'static Table,
    rows: &'static DenseRows,
    row: usize,
    source: &'a Source,
}

impl RowView for DenseView<'_> {
    #[inline]
    fn base(&self) -> Option<usize> {
        self.rows.offset(self.table, self.row)
    }

    fn shared(&self, at: usize) -> u64 {
        let length = self.table.shared;
        let cells = self.source.shared(&self.rows.shared[self.row * length..][..length]);
        cells.get(at).map_or(0, |cell| cell.load(Relaxed))
    }

    #[inline]
    fn is_touched(&self) -> bool {
        self.rows.touched().get(self.row).is_some_and(|flag| self.source.is_touched(flag))
    }

    #[inline]
    fn attributes(&self, outcome: Option<Outcome>) -> &Attributes {
        self.rows.attributes(self.table, self.row, || self.table.closed_attributes(self.row)).with(outcome)
    }
}

/// A row with free parts.
struct OpenView<'a> {
    row: &'a Listed,
    source: &'a Source,
}

impl RowView for OpenView<'_> {
    #[inline]
    fn base(&self) -> Option<usize> {
        Some(self.row.base)
    }

    fn shared(&self, at: usize) -> u64 {
        self.source.shared(&self.row.row.shared).get(at).map_or(0, |cell| cell.load(Relaxed))
    }

    #[inline]
    fn is_touched(&self) -> bool {
        self.source.is_touched(&self.row.row.touched)
    }

    #[inline]
    fn attributes(&self, outcome: Option<Outcome>) -> &Attributes {
        match outcome {
            None => &self.row.attributes,
            outcome => self.row.row.attributes.with(outcome),
        }
    }
}

impl Table {
    /// How many rows there may be something in, if that can be told.
    pub(crate) fn rows_hint(&self) -> usize {
        match &self.rows {
            Rows::Dense(_) => 0,
            Rows::Open(rows) => rows.len(),
        }
    }

    /// Calls `sink` for every series of one of its columns that has a value. `reach` is that of the slabs of the source.
    pub(crate) fn read(
        &'static self,
        column: &Column,
        source: &Source,
        reach: &mut Reach<'_>,
        mut sink: impl FnMut(&Attributes, Reading),
    ) {
        // By `for_each`, which makes plain loops of the levels of a list: a row is a few instructions.
        match &self.rows {
            Rows::Dense(rows) => (0..self.schema.cardinality).for_each(|row| {
                column.read_row(&DenseView { table: self, rows, row, source }, source, reach, &mut sink);
            }),
            Rows::Open(rows) => rows.all().for_each(|row| {
                column.read_row(&OpenView { row, source }, source, reach, &mut sink);
            }),
        }
    }

    /// The attributes of a row's series with this outcome. It searches: whoever asks keeps the answer.
    pub(crate) fn attributes_of(&self, row: &RowCells, outcome: Outcome) -> Option<Attributes> {
        match &self.rows {
            Rows::Dense(rows) => {
                let index = rows.touched().iter().position(|touched| row.has_flag(touched))?;
                let attributes = rows.attributes(self, index, || self.closed_attributes(index));
                Some(attributes.with(Some(outcome)).clone())
            }
            Rows::Open(rows) => {
                let found = rows.all().find(|known| row.has_flag(&known.row.touched))?;
                Some(found.row.attributes.with(Some(outcome)).clone())
            }
        }
    }

    fn closed_attributes(&self, index: usize) -> Pairs {
        let mut pairs = Vec::new();
        (self.schema.values)(index, &mut |position, data| pairs.push((self.key(position), data)));
        pairs
    }
}

impl Column {
    #[inline]
    fn read_row(
        &self,
        row: &impl RowView,
        source: &Source,
        reach: &mut Reach<'_>,
        sink: &mut impl FnMut(&Attributes, Reading),
    ) {
        let Some(outcomes) = self.outcomes else {
            if let Some(reading) = self.read(row, self.at, true, source, reach) {
                sink(row.attributes(None), reading);
            }
            return;
        };
        for outcome in 0..outcomes.count() {
            let at = self.at + outcome * self.width();
            // Only a series without an outcome exists by being touched: a call that is counted has an outcome.
            if let Some(reading) = self.read(row, at, false, source, reach) {
                let outcome = Outcome::ALL[outcomes.first() + outcome];
                sink(row.attributes(Some(outcome)), reading);
            }
        }
    }

    /// What is at `at` in a row; `None` if the series does not exist. With `touchable` it also does where its row was touched.
    #[inline]
    fn read(
        &self,
        row: &impl RowView,
        at: usize,
        touchable: bool,
        source: &Source,
        reach: &mut Reach<'_>,
    ) -> Option<Reading> {
        let exists = || touchable && row.is_touched();
        match self.kind {
            ColumnKind::Sum => {
                let number = self.family.descriptor().number;
                let sum = row.base().map_or(0, |base| sum(number, reach, base + at));
                (sum != 0 || exists()).then_some(Reading::Number(sum))
            }
            ColumnKind::Histogram(buckets) => {
                let distribution = match row.base() {
                    Some(base) => distribution(buckets, source, reach, base + at),
                    None => None,
                };
                distribution
                    .or_else(|| exists().then(|| Distribution::new(buckets.bounds())))
                    .map(Reading::Distribution)
            }
            ColumnKind::UpDown => {
                let bits = row.shared(at);
                (bits != 0 || exists()).then_some(Reading::Number(bits))
            }
            ColumnKind::Gauge => {
                self.family.descriptor().number.gauge_value(row.shared(at)).map(Reading::Number)
            }
        }
    }
}

#[inline]
fn sum(number: NumberKind, reach: &mut Reach<'_>, at: usize) -> u64 {
    let cells = reach.of(at).iter().filter_map(|slab| slab.get(at)).map(|cell| cell.load(Relaxed));
    cells.fold(0, |sum, cell| number.sum(sum, cell))
}

/// What the slabs have of a histogram's series; `None` if that is nothing.
fn distribution(
    buckets: &'static Buckets,
    source: &Source,
    reach: &mut Reach<'_>,
    at: usize,
) -> Option<Distribution> {
    let Place { buckets, offset } = moved::current(buckets, at);
    if offset != at {
        moved::redirect(at, source.slabs());
    }
    let mut distribution = Distribution::new(buckets.bounds());
    // A slab that has not even the first cell of the series has nothing of it.
    for slab in reach.of(offset) {
        distribution.add_slab(slab, offset);
    }
    if source.is_process() {
        distribution.exemplars = exemplars::of(offset);
    }
    (distribution.count() > 0).then_some(distribution)
}
