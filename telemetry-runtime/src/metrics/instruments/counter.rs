//! The counter.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::site::{Site, dense_base, touch};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::health::{self, Drop};
use crate::metrics::number::CounterNumber;
use crate::metrics::registry::RowCells;
use crate::metrics::store::{self, UNSET};
use crate::plugin::Scope;

/// A sum that only grows.
///
/// `T` is `u64` or `f64`; `A` is the type of the attributes, `()` for none. Adding costs a few instructions, takes no
/// lock and allocates nothing; each thread has cells of its own, and collection sums them.
///
/// A series exists once something was added to it, be it 0. A counter without attributes shows 0 from the start.
pub struct Counter<T: CounterNumber, A: MetricAttributes = ()> {
    /// The offset of the first row's cell.
    base: AtomicUsize,
    site: Site,
    _types: PhantomData<fn(T, A)>,
}

impl<T: CounterNumber, A: MetricAttributes> Counter<T, A> {
    /// The instrument of a declaration.
    #[doc(hidden)]
    #[must_use]
    pub const fn declared(descriptor: &'static Descriptor) -> Self {
        Self::new(descriptor, descriptor.scope)
    }

    /// The same metric for another plugin. Instruments of one metric share their cells.
    #[must_use]
    pub fn in_scope(descriptor: &'static Descriptor, scope: Scope) -> Self {
        let counter = Self::new(descriptor, scope);
        counter.register();
        counter
    }

    const fn new(descriptor: &'static Descriptor, scope: Scope) -> Self {
        Self { base: AtomicUsize::new(UNSET), site: Site::new(descriptor, scope), _types: PhantomData }
    }

    /// Adds `n` to the series of these attributes.
    ///
    /// A negative, infinite or NaN `n` is dropped and counted. Of free text beyond its limit the value goes to the
    /// series `otel.metric.overflow=true`.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn add_with<B: MetricAttributes<Schema = A::Schema>>(&self, n: T, attributes: B) {
        if cfg!(feature = "off") {
            return;
        }
        if B::OPEN {
            return self.add_open(n, &attributes);
        }
        let index = attributes.index();
        if n.is_countable()
            && let Some(cell) = store::slab().get(self.base.load(Relaxed).wrapping_add(index))
        {
            return n.add_to(cell);
        }
        self.add_cold(n, index);
    }

    /// Zero, a number that cannot be added, or a first measurement.
    #[cold]
    #[inline(never)]
    fn add_cold(&self, n: T, index: usize) {
        if refuse(n) {
            return;
        }
        let Some(base) = self.register() else {
            return;
        };
        if n.is_countable() {
            let at = base + index;
            store::write_cold(at + 1, &mut |slab| n.add_to(&slab[at]));
        } else if let Some(table) = self.site.table::<A>() {
            touch(table, index);
        }
    }

    fn add_open<B: MetricAttributes>(&self, n: T, attributes: &B) {
        if let Some(row) = self.site.row::<A, B>(attributes) {
            add_to_row(n, &row, 0);
        }
    }

    #[cold]
    fn register(&self) -> Option<usize> {
        let base = dense_base(self.site.table::<A>()?);
        self.base.store(base, Relaxed);
        Some(base)
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }
}

impl<T: CounterNumber> Counter<T, ()> {
    /// Adds `n`.
    ///
    /// A negative, infinite or NaN `n` is dropped and counted.
    #[inline]
    pub fn add(&self, n: T) {
        self.add_with(n, ());
    }
}

/// Whether the number cannot be added; it is counted then.
fn refuse<T: CounterNumber>(n: T) -> bool {
    let refused = n.is_negative() || !n.is_finite();
    if refused {
        health::dropped(Drop::Value);
    }
    refused
}

/// Adds to a cell of a row.
#[inline]
pub(crate) fn add_to_row<T: CounterNumber>(n: T, row: &RowCells, at: usize) {
    if n.is_countable() {
        let cell = row.base + at;
        match store::slab().get(cell) {
            Some(cell) => n.add_to(cell),
            None => add_to_new_cell(n, cell),
        }
    } else if !refuse(n) {
        row.touch();
    }
}

// Out of line, so that what it borrows needs no place on the stack before.
#[cold]
#[inline(never)]
fn add_to_new_cell<T: CounterNumber>(n: T, cell: usize) {
    store::write_cold(cell + 1, &mut |slab| n.add_to(&slab[cell]));
}

/// A clone is the same metric.
impl<T: CounterNumber, A: MetricAttributes> Clone for Counter<T, A> {
    fn clone(&self) -> Self {
        Self::new(self.site.descriptor, self.site.scope)
    }
}

impl<T: CounterNumber, A: MetricAttributes> fmt::Debug for Counter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counter").field(&self.site.descriptor.name).finish()
    }
}
