//! The rows of a closed set: as many as there are combinations of its values.

use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Mutex, OnceLock};

use super::read::{Pairs, RowAttributes};
use super::table::Table;
use crate::metrics::buckets::{offset_of, place_of};
use crate::metrics::health::{self, Drop};
use crate::metrics::store::{self, Busy, Slab, lock};

/// The rows of a closed set.
#[derive(Debug)]
pub(crate) struct DenseRows {
    places: Places,
    /// The shared cells of all rows.
    pub(crate) shared: &'static [AtomicU64],
    /// Whether each row exists though its sums are zero; made when it is first said or asked of one.
    touched: OnceLock<Box<[AtomicBool]>>,
    /// Made at the first collection that finds a value.
    attributes: OnceLock<Box<[OnceLock<RowAttributes>]>>,
}

/// Where the cells of each row lie in a slab.
#[derive(Debug)]
enum Places {
    /// One row after the other.
    Dense { base: usize },
    /// Each where it was put when it was first recorded, so that slabs have cells for those rows only that are used, and rows
    /// that are used together lie together. A shared cell per row says where.
    Single { cells: &'static [AtomicU64] },
}

/// Held while a row is given its cells, and while histograms begin anew: none comes in between with buckets of before.
static PLACING: Mutex<()> = Mutex::new(());

impl DenseRows {
    /// The rows of a table with `count` of them, each with `cells` cells in a slab and `shared` shared ones.
    pub(super) fn new(busy: &Busy, count: usize, cells: usize, shared: usize, single: bool) -> Self {
        let places = if single {
            Places::Single { cells: store::reserve_shared(count) }
        } else {
            Places::Dense { base: store::reserve(busy, cells * count) }
        };
        let shared = store::reserve_shared(shared * count);
        let rows = Self { places, shared, touched: OnceLock::new(), attributes: OnceLock::new() };
        // What is recorded in shared cells is kept before its row is touched, which must not fail then.
        if !rows.shared.is_empty() {
            rows.all_touched(count);
        }
        rows
    }

    /// What instruments keep to find their cells: the offset of the first row, or that of the shared cell that says it.
    pub(crate) fn base(&self) -> usize {
        match self.places {
            Places::Dense { base } => base,
            Places::Single { cells } => store::shared_offset(cells),
        }
    }

    /// The same for what is recorded in shared cells: the offset of the first of them, beyond all if they have none.
    pub(crate) fn shared_base(&self) -> usize {
        store::shared_offset(self.shared)
    }

    /// The offset of a row; `None` for one that was never recorded.
    pub(super) fn offset(&self, table: &Table, row: usize) -> Option<usize> {
        match &self.places {
            Places::Dense { base } => Some(base + row * table.cells),
            Places::Single { cells } => offset_of(cells.get(row)?.load(Acquire)),
        }
    }

    /// The offset of a row that is recorded now. `None` only from inside the store, which is counted.
    pub(crate) fn place(&self, table: &Table, row: usize) -> Option<usize> {
        self.offset(table, row).or_else(|| self.place_cold(table, row))
    }

    #[cold]
    fn place_cold(&self, table: &Table, row: usize) -> Option<usize> {
        let Places::Single { cells } = &self.places else {
            return None;
        };
        let cell = cells.get(row)?;
        let Some(busy) = Busy::enter() else {
            health::dropped(Drop::Reentrant);
            return None;
        };
        let _placing = lock(&busy, &PLACING);
        // Another thread may have been faster.
        if let Some(offset) = self.offset(table, row) {
            return Some(offset);
        }
        let offset = store::reserve(&busy, table.cells);
        // Nobody has recorded there, so that no thread has to be told.
        table.restart_row(&busy, offset, &[]);
        cell.store(place_of(offset), Release);
        Some(offset)
    }

    /// Lets the series of histograms whose buckets have changed begin anew, in all rows.
    pub(super) fn restart(&self, busy: &Busy, table: &Table, slabs: &[Slab]) {
        let _placing = lock(busy, &PLACING);
        for offset in (0..table.schema.cardinality).filter_map(|row| self.offset(table, row)) {
            table.restart_row(busy, offset, slabs);
        }
    }

    /// Whether each row exists though its sums are zero; nothing where that is said of none.
    pub(super) fn touched(&self) -> &[AtomicBool] {
        self.touched.get().map_or(&[], |touched| touched)
    }

    /// The same of one row, where it can be said. `None` only from inside the store, which is counted.
    #[inline]
    pub(super) fn flag(&self, table: &Table, row: usize) -> Option<&AtomicBool> {
        match self.touched.get() {
            Some(touched) => touched.get(row),
            None => self.make_flag(table, row),
        }
    }

    #[cold]
    fn make_flag(&self, table: &Table, row: usize) -> Option<&AtomicBool> {
        let Some(_busy) = Busy::enter() else {
            health::dropped(Drop::Reentrant);
            return None;
        };
        self.all_touched(table.schema.cardinality).get(row)
    }

    /// From inside the store only, because it allocates.
    fn all_touched(&self, count: usize) -> &[AtomicBool] {
        self.touched.get_or_init(|| (0..count).map(|_| AtomicBool::new(false)).collect())
    }

    /// The attributes of a row, made by `make` when they are first asked for.
    pub(super) fn attributes(
        &self,
        table: &Table,
        row: usize,
        make: impl FnOnce() -> Pairs,
    ) -> &RowAttributes {
        let count = table.schema.cardinality;
        let rows = self.attributes.get_or_init(|| (0..count).map(|_| OnceLock::new()).collect());
        rows[row].get_or_init(|| RowAttributes::new(make()))
    }

    /// Says that a row exists.
    #[cold]
    pub(crate) fn touch(&self, table: &Table, row: usize) {
        if let Some(flag) = self.flag(table, row) {
            store::touch(flag);
        }
    }
}
