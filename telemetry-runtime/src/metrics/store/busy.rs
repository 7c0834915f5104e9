//! The flag that keeps the store from entering itself.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

thread_local! {
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// Proof that this thread is inside the store's cold parts, and was not before.
///
/// Every lock of the metrics modules is taken under it. An instrumented global allocator that records a metric
/// while the store allocates is thereby refused instead of waiting for a lock that its own thread holds.
pub(crate) struct Busy(());

impl Busy {
    /// `None` if this thread is inside already.
    pub(crate) fn enter() -> Option<Self> {
        // Lazily: an eager proof would be dropped where the thread is inside, and its drop would open the store.
        (!BUSY.replace(true)).then(|| Self(()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        BUSY.set(false);
    }
}

/// Locks; the proof keeps re-entrance out. A panic elsewhere does not close the lock for ever, because no update
/// under a lock of this module leaves its data half done.
pub(crate) fn lock<'a, T>(_: &'a Busy, mutex: &'a Mutex<T>) -> MutexGuard<'a, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
