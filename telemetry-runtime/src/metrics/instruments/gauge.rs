//! The gauge.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::site::Site;
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::health::{self, Drop};
use crate::metrics::number::GaugeNumber;
use crate::metrics::registry::{DenseRows, Rows};
use crate::metrics::store::{self, UNSET};
use crate::plugin::Scope;

/// The last value that was set.
///
/// `T` is `u64`, `i64` or `f64`; `A` is the type of the attributes, `()` for none. Each series is one cell that all
/// threads share: the last write wins. A gauge that was never set has no point.
pub struct Gauge<T: GaugeNumber, A: MetricAttributes = ()> {
    /// The offset of the first row's cell.
    base: AtomicUsize,
    site: Site,
    _types: PhantomData<fn(T, A)>,
}

impl<T: GaugeNumber, A: MetricAttributes> Gauge<T, A> {
    /// The instrument of a declaration.
    #[doc(hidden)]
    #[must_use]
    pub const fn declared(descriptor: &'static Descriptor) -> Self {
        Self::new(descriptor, descriptor.scope)
    }

    /// The same metric for another plugin. Instruments of one metric share their cells.
    #[must_use]
    pub fn in_scope(descriptor: &'static Descriptor, scope: Scope) -> Self {
        let gauge = Self::new(descriptor, scope);
        gauge.register();
        gauge
    }

    const fn new(descriptor: &'static Descriptor, scope: Scope) -> Self {
        Self { base: AtomicUsize::new(UNSET), site: Site::new(descriptor, scope), _types: PhantomData }
    }

    /// Sets the series of these attributes to `value`.
    ///
    /// An infinite or NaN `value` is dropped and counted. Of free text beyond its limit the value goes to the series
    /// `otel.metric.overflow=true`.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn set_with<B: MetricAttributes<Schema = A::Schema>>(&self, value: T, attributes: B) {
        if cfg!(feature = "off") {
            return;
        }
        if B::OPEN {
            return self.set_open(value, &attributes);
        }
        let index = attributes.index();
        if value.is_finite()
            && let Some(cell) = store::shared_at(self.base.load(Relaxed).wrapping_add(index))
        {
            return store::shared_cell(cell).store(value.gauge_bits(), Relaxed);
        }
        self.set_cold(value, index);
    }

    #[cold]
    #[inline(never)]
    fn set_cold(&self, value: T, index: usize) {
        if !value.is_finite() {
            return health::dropped(Drop::Value);
        }
        if let Some(cell) = self.register().and_then(|rows| rows.shared.get(index)) {
            store::shared_cell(cell).store(value.gauge_bits(), Relaxed);
        }
    }

    fn set_open<B: MetricAttributes>(&self, value: T, attributes: &B) {
        if !value.is_finite() {
            return health::dropped(Drop::Value);
        }
        if let Some(row) = self.site.row::<A, B>(attributes) {
            row.shared[0].store(value.gauge_bits(), Relaxed);
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

impl<T: GaugeNumber> Gauge<T, ()> {
    /// Sets the gauge to `value`.
    ///
    /// An infinite or NaN `value` is dropped and counted.
    #[inline]
    pub fn set(&self, value: T) {
        self.set_with(value, ());
    }
}

/// A clone is the same metric.
impl<T: GaugeNumber, A: MetricAttributes> Clone for Gauge<T, A> {
    fn clone(&self) -> Self {
        Self::new(self.site.descriptor, self.site.scope)
    }
}

impl<T: GaugeNumber, A: MetricAttributes> fmt::Debug for Gauge<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gauge").field(&self.site.descriptor.name).finish()
    }
}
