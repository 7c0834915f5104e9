//! The up-down counter.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::site::{Site, touch};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::health::{self, Drop};
use crate::metrics::number::UpDownNumber;
use crate::metrics::registry::{DenseRows, Rows};
use crate::metrics::store::{self, UNSET};
use crate::plugin::Scope;

/// A sum that goes up and down.
///
/// `T` is `i64` or `f64`; `A` is the type of the attributes, `()` for none. Each series is one cell that all threads
/// share, so that a collection never sees one thread's decrement without the other thread's increment.
///
/// A series exists once something was added to it. One without attributes shows 0 from the start.
pub struct UpDownCounter<T: UpDownNumber, A: MetricAttributes = ()> {
    /// The offset of the first row's cell.
    base: AtomicUsize,
    site: Site,
    _types: PhantomData<fn(T, A)>,
}

impl<T: UpDownNumber, A: MetricAttributes> UpDownCounter<T, A> {
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
    /// An infinite or NaN `n` is dropped and counted. Of free text beyond its limit the value goes to the series
    /// `otel.metric.overflow=true`.
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
        if n.is_finite()
            && let Some(cell) = store::shared_at(self.base.load(Relaxed).wrapping_add(index))
        {
            // From zero, the series may be new.
            if n.add_shared(store::shared_cell(cell)) == 0 {
                self.touch(index);
            }
            return;
        }
        self.add_cold(n, index);
    }

    #[cold]
    #[inline(never)]
    fn add_cold(&self, n: T, index: usize) {
        if !n.is_finite() {
            return health::dropped(Drop::Value);
        }
        if let Some(cell) = self.register().and_then(|rows| rows.shared.get(index)) {
            n.add_shared(store::shared_cell(cell));
            self.touch(index);
        }
    }

    #[cold]
    fn touch(&self, index: usize) {
        if let Some(table) = self.site.table::<A>() {
            touch(table, index);
        }
    }

    fn add_open<B: MetricAttributes>(&self, n: T, attributes: &B) {
        if !n.is_finite() {
            return health::dropped(Drop::Value);
        }
        if let Some(row) = self.site.row::<A, B>(attributes)
            && n.add_shared(&row.shared[0]) == 0
        {
            row.touch();
        }
    }

    #[cold]
    fn register(&self) -> Option<&'static DenseRows> {
        let Rows::Dense(rows) = &self.site.table::<A>()?.rows else {
            return None;
        };
        self.base.store(rows.shared_base(), Relaxed);
        Some(rows)
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }
}

impl<T: UpDownNumber> UpDownCounter<T, ()> {
    /// Adds `n`.
    ///
    /// An infinite or NaN `n` is dropped and counted.
    #[inline]
    pub fn add(&self, n: T) {
        self.add_with(n, ());
    }
}

/// A clone is the same metric.
impl<T: UpDownNumber, A: MetricAttributes> Clone for UpDownCounter<T, A> {
    fn clone(&self) -> Self {
        Self::new(self.site.descriptor, self.site.scope)
    }
}

impl<T: UpDownNumber, A: MetricAttributes> fmt::Debug for UpDownCounter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UpDownCounter").field(&self.site.descriptor.name).finish()
    }
}
