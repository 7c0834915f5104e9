//! The histogram.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::site::{Site, dense_base};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::buckets::{Buckets, is_recordable};
use crate::metrics::cells;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::health::{self, Drop};
use crate::metrics::number::HistogramNumber;
use crate::metrics::registry::{Rows, Table};
use crate::metrics::store::{self, UNSET};
use crate::plugin::Scope;

/// A distribution: how many measurements fell into each bucket, their sum, the smallest and the largest.
///
/// `T` is `f64` or `u64`; `A` is the type of the attributes, `()` for none. Durations are recorded in seconds, with the
/// unit `s`, and then have bounds from 5 ms to 10 s unless others are declared. A measurement on a bound belongs to the
/// bucket below it.
pub struct Histogram<T: HistogramNumber, A: MetricAttributes = ()> {
    /// The offset of the shared cell that says where the first row lies.
    base: AtomicUsize,
    buckets: Buckets,
    site: Site,
    _types: PhantomData<fn(T, A)>,
}

impl<T: HistogramNumber, A: MetricAttributes> Histogram<T, A> {
    /// The instrument of a declaration.
    #[doc(hidden)]
    #[must_use]
    pub const fn declared(descriptor: &'static Descriptor) -> Self {
        Self::new(descriptor, descriptor.scope)
    }

    /// The same metric for another plugin. Instruments of one metric share their cells.
    #[must_use]
    pub fn in_scope(descriptor: &'static Descriptor, scope: Scope) -> Self {
        let histogram = Self::new(descriptor, scope);
        histogram.register();
        histogram
    }

    const fn new(descriptor: &'static Descriptor, scope: Scope) -> Self {
        Self {
            base: AtomicUsize::new(UNSET),
            buckets: Buckets::new(descriptor.histogram_bounds()),
            site: Site::new(descriptor, scope),
            _types: PhantomData,
        }
    }

    /// Records a measurement in the series of these attributes.
    ///
    /// A negative, infinite or NaN `value` is dropped and counted. Of free text beyond its limit the measurement goes
    /// to the series `otel.metric.overflow=true`.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn record_with<B: MetricAttributes<Schema = A::Schema>>(&self, value: T, attributes: B) {
        if cfg!(feature = "off") {
            return;
        }
        let value = value.measurement();
        if B::OPEN {
            return self.record_open(value, &attributes);
        }
        let index = attributes.index();
        let at = self.base.load(Relaxed).wrapping_add(index);
        if !self.buckets.record_placed(at, value) {
            self.record_cold(value, index);
        }
    }

    #[cold]
    #[inline(never)]
    fn record_cold(&self, value: f64, index: usize) {
        if let Some((table, buckets)) = self.register()
            && let Rows::Dense(rows) = &table.rows
            && let Some(offset) = rows.place(table, index)
        {
            cells::measure_cold(store::slab(), buckets, offset, value);
        }
    }

    fn record_open<B: MetricAttributes>(&self, value: f64, attributes: &B) {
        if let Some(table) = self.site.table::<A>()
            && let Some(row) = table.row(attributes)
            && let Some(buckets) = table.buckets()
        {
            cells::measure(store::slab(), buckets, row.base, value);
        }
    }

    /// The table, and the buckets of its cells.
    #[cold]
    fn register(&self) -> Option<(&'static Table, &'static Buckets)> {
        let table = self.site.table::<A>()?;
        let buckets = table.buckets()?;
        // Without a table, and where the configuration has given the metric other buckets, each measurement comes this way.
        if self.buckets.has_table() && buckets.bounds() == self.buckets.bounds() {
            self.base.store(dense_base(table), Relaxed);
        }
        Some((table, buckets))
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }
}

impl<T: HistogramNumber> Histogram<T, ()> {
    /// Records a measurement.
    ///
    /// A negative, infinite or NaN `value` is dropped and counted.
    #[inline]
    pub fn record(&self, value: T) {
        self.record_with(value, ());
    }
}

/// The measurement as it is recorded, or `None` if it is refused and counted.
#[inline]
pub(crate) fn accept(value: f64) -> Option<f64> {
    if is_recordable(value) {
        Some(value)
    } else if value == 0.0 {
        // Minus zero, whose bits are not ordered like the number.
        Some(0.0)
    } else {
        health::dropped(Drop::Value);
        None
    }
}

/// A clone is the same metric.
impl<T: HistogramNumber, A: MetricAttributes> Clone for Histogram<T, A> {
    fn clone(&self) -> Self {
        Self::new(self.site.descriptor, self.site.scope)
    }
}

impl<T: HistogramNumber, A: MetricAttributes> fmt::Debug for Histogram<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Histogram").field(&self.site.descriptor.name).finish()
    }
}
