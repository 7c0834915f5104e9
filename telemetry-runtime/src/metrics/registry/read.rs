//! What a table holds at a collection.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::{Column, ColumnKind, Family, Outcomes, RowCells, Rows, Table};
use crate::metrics::distribution::Distribution;
use crate::metrics::moved::{self, Place};
use crate::metrics::snapshot::{AttributeData, Attributes};
use crate::metrics::store::{Busy, Slab, Source};
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
        Self { plain: canonical(pairs), by_outcome: OnceLock::new() }
    }

    fn with(&self, outcome: Option<Outcome>) -> &Attributes {
        let Some(outcome) = outcome else {
            return &self.plain;
        };
        let by_outcome = self.by_outcome.get_or_init(|| {
            Box::new(Outcome::ALL.map(|outcome| {
                let mut pairs = self.plain.to_vec();
                pairs.push(("outcome".into(), AttributeData::String(outcome.as_str().into())));
                canonical(pairs)
            }))
        });
        &by_outcome[outcome.ordinal()]
    }
}

/// Attributes sorted by key, so that equal sets are equal slices; of equal keys the last one counts.
pub(crate) fn canonical(mut pairs: Pairs) -> Attributes {
    // Reversed first, because the sort is stable and the first of equal keys is kept.
    pairs.reverse();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs.dedup_by(|(a, _), (b, _)| a == b);
    pairs.into()
}

/// One row at a collection.
struct RowView<'a> {
    base: usize,
    shared: &'a [AtomicU64],
    touched: bool,
    /// Asked only where there is a value.
    attributes: &'a dyn Fn() -> &'a RowAttributes,
}

impl RowView<'_> {
    /// A shared cell; of a row that nothing was recorded in, a fresh one.
    fn shared(&self, at: usize) -> u64 {
        self.shared.get(at).map_or(0, |cell| cell.load(Relaxed))
    }
}

impl Table {
    /// Calls `sink` for every series that has a value.
    pub(crate) fn read(
        &'static self,
        busy: &Busy,
        source: &Source,
        sink: &mut dyn FnMut(&'static Family, &Attributes, Reading),
    ) {
        match &self.rows {
            Rows::Dense(rows) => {
                for (index, touched) in rows.touched().iter().enumerate() {
                    let row = RowView {
                        base: rows.base + index * self.cells,
                        shared: source.shared(&rows.shared[index * self.shared..][..self.shared]),
                        touched: source.is_touched(touched),
                        attributes: &|| rows.attributes(index, || self.closed_attributes(index)),
                    };
                    self.read_row(&row, source, sink);
                }
            }
            Rows::Open(rows) => {
                for row in rows.all(busy) {
                    let row = RowView {
                        base: row.base,
                        shared: source.shared(&row.shared),
                        touched: source.is_touched(&row.touched),
                        attributes: &|| &row.attributes,
                    };
                    self.read_row(&row, source, sink);
                }
            }
        }
    }

    fn read_row(
        &'static self,
        row: &RowView<'_>,
        source: &Source,
        sink: &mut dyn FnMut(&'static Family, &Attributes, Reading),
    ) {
        for column in &self.columns {
            let outcomes = column.outcomes.unwrap_or(Outcomes { first: 0, count: 1 });
            for outcome in 0..outcomes.count {
                let at = column.at + outcome * column.width;
                // Only a series without an outcome exists by being touched: a call that is counted has an outcome.
                let touched = row.touched && column.outcomes.is_none();
                if let Some(reading) = column.read(row, at, touched, source.slabs()) {
                    let outcome = column.outcomes.map(|outcomes| Outcome::ALL[outcomes.first + outcome]);
                    sink(column.family, (row.attributes)().with(outcome), reading);
                }
            }
        }
    }

    /// The attributes of a row's series with this outcome. It searches: whoever asks keeps the answer.
    pub(crate) fn attributes_of(&self, busy: &Busy, row: &RowCells, outcome: Outcome) -> Option<Attributes> {
        match &self.rows {
            Rows::Dense(rows) => {
                let index = rows.touched().iter().position(|touched| row.has_flag(touched))?;
                let attributes = rows.attributes(index, || self.closed_attributes(index));
                Some(attributes.with(Some(outcome)).clone())
            }
            Rows::Open(rows) => {
                let found = rows.all(busy).into_iter().find(|known| row.has_flag(&known.touched))?;
                Some(found.attributes.with(Some(outcome)).clone())
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
    fn read(&self, row: &RowView<'_>, at: usize, touched: bool, slabs: &[Slab]) -> Option<Reading> {
        match self.kind {
            ColumnKind::Sum => {
                let number = self.family.descriptor().number;
                let sum = slabs
                    .iter()
                    .filter_map(|slab| slab.get(row.base + at))
                    .fold(0, |sum, cell| number.sum(sum, cell.load(Relaxed)));
                (sum != 0 || touched).then_some(Reading::Number(sum))
            }
            ColumnKind::Histogram(buckets) => {
                let Place { buckets, offset } = moved::current(buckets, row.base + at);
                if offset != row.base + at {
                    moved::redirect(row.base + at, slabs);
                }
                let mut distribution = Distribution::new(buckets.bounds());
                for slab in slabs {
                    distribution.add_slab(slab, offset);
                }
                (distribution.count() > 0 || touched).then_some(Reading::Distribution(distribution))
            }
            ColumnKind::UpDown => {
                let bits = row.shared(at);
                (bits != 0 || touched).then_some(Reading::Number(bits))
            }
            ColumnKind::Gauge => {
                self.family.descriptor().number.gauge_value(row.shared(at)).map(Reading::Number)
            }
        }
    }
}
