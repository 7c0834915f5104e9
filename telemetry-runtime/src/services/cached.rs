//! A value that is costly to get, and may be a little old.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Moment;

/// A value that is got at most once in a time, for the callbacks of observables: a scrape must not hammer the database.
///
/// Who asks while it is being got waits, and gets the same value. A clone is the same cache, so that one query can serve
/// several instruments and any number of exporters.
///
/// ```
/// use std::time::Duration;
///
/// use telemetry_runtime::services::Cached;
///
/// fn count_by_kind() -> Vec<(&'static str, u64)> {
///     vec![("component", 12), ("api", 3)] // a query
/// }
///
/// let metrics = telemetry_runtime::plugin("catalog")?.metrics();
/// let entities = metrics.create_observable_gauge::<u64>("entities.count").unit("{entity}").build()?;
/// let counts = Cached::new(Duration::from_secs(30), count_by_kind);
/// entities
///     .add_callback(move |observer| {
///         for (kind, count) in counts.get().iter() {
///             observer.observe_with(*count, telemetry_runtime::metrics::FreeAttributes(&[("kind", (*kind).into())]));
///         }
///     })
///     .keep();
/// # Ok::<(), telemetry_runtime::Error>(())
/// ```
pub struct Cached<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    time_to_live: Duration,
    load: Box<dyn Fn() -> T + Send + Sync>,
    /// The value, and when it was got. The lock is held while it is got: that is what makes the others wait.
    last: Mutex<Option<(Moment, Arc<T>)>>,
}

impl<T> Cached<T> {
    /// A value that `load` gives, and that is good for so long after it was got.
    #[must_use]
    pub fn new(time_to_live: Duration, load: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { inner: Arc::new(Inner { time_to_live, load: Box::new(load), last: Mutex::new(None) }) }
    }

    /// The value, got now unless there is one that is good.
    ///
    /// # Panics
    ///
    /// If `load` does; the next call tries again.
    #[must_use]
    pub fn get(&self) -> Arc<T> {
        // After a panic of `load` the value from before is still there, and as good as its age says.
        let mut last = self.inner.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, value)) = &*last
            && Moment::now().since(*at) < self.inner.time_to_live
        {
            return Arc::clone(value);
        }
        let value = Arc::new((self.inner.load)());
        *last = Some((Moment::now(), Arc::clone(&value)));
        value
    }

    /// Forgets the value, so that the next call gets it anew.
    pub fn invalidate(&self) {
        *self.inner.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A clone is the same cache.
impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T> fmt::Debug for Cached<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("time_to_live", &self.inner.time_to_live).finish_non_exhaustive()
    }
}
