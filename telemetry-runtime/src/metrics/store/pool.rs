//! All slabs of the process, and the offsets that are given out.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use super::{Busy, Slab, lock};

/// Cells at both ends of a slab that stay unused, so that two threads never write to one cache line (two lines on
/// processors that fetch pairs).
const MARGIN: usize = 16;

/// The smallest slab: 1 KiB.
const SMALLEST: usize = 128;

struct Pool {
    /// Append-only, so that floating point sums are always added in the same order and never go back.
    all: Vec<Slab>,
    free: Vec<Slab>,
    /// The first offset that is not given out.
    next: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { all: Vec::new(), free: Vec::new(), next: MARGIN });

impl Pool {
    /// A slab of at least `end` cells that no thread has.
    fn take(&mut self, end: usize) -> Slab {
        if let Some(found) = self.free.iter().position(|slab| slab.len() >= end) {
            return self.free.swap_remove(found);
        }
        let slab = self.make(end);
        self.all.push(slab);
        slab
    }

    /// A new slab of at least `end` cells, which nobody collects.
    fn make(&self, end: usize) -> Slab {
        // Everything that is registered by now fits, so that a thread seldom has to come again.
        let cells = (end.max(self.next) + MARGIN).next_power_of_two().max(SMALLEST);
        // Becomes one zeroed allocation when optimised: pages of a large slab take memory only once they are written to.
        (0..cells).map(|_| AtomicU64::new(0)).collect::<Vec<_>>().leak()
    }
}

/// Gives out `cells` consecutive offsets, for ever.
pub(crate) fn reserve(busy: &Busy, cells: usize) -> usize {
    let mut pool = lock(busy, &POOL);
    let first = pool.next;
    pool.next += cells;
    first
}

/// A slab apart from those of the process.
#[cfg(any(test, feature = "testing"))]
pub(super) fn make(busy: &Busy, end: usize) -> Slab {
    lock(busy, &POOL).make(end)
}

/// Every slab that was ever made. The order is kept, new ones come at the end.
pub(crate) fn slabs(busy: &Busy) -> Vec<Slab> {
    lock(busy, &POOL).all.clone()
}

/// A slab of at least `end` cells for a thread that has `current`, which goes back with its values unless it is
/// large enough.
pub(super) fn exchange(busy: &Busy, current: Slab, end: usize) -> Slab {
    if current.len() >= end {
        return current;
    }
    let mut pool = lock(busy, &POOL);
    let slab = pool.take(end);
    if !current.is_empty() {
        pool.free.push(current);
    }
    slab
}

/// Lends a slab while the pool is locked.
pub(super) fn borrow(busy: &Busy, end: usize, write: &mut dyn FnMut(Slab)) {
    let mut pool = lock(busy, &POOL);
    let slab = pool.take(end);
    write(slab);
    pool.free.push(slab);
}

/// Takes the slab of a thread that ends.
pub(super) fn give_back(slab: Slab) {
    // A thread does not end inside the store, so the lock is free for it even without the proof. The flag refuses an
    // instrumented allocator, which `push` may call.
    let busy = Busy::enter();
    POOL.lock().unwrap_or_else(PoisonError::into_inner).free.push(slab);
    drop(busy);
}
