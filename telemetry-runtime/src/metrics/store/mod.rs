//! The cells in which measurements are kept.
//!
//! All threads share one space of cell offsets, and each thread has its own slab of memory for it. An instrument owns
//! a range of offsets; recording is one bounds check and one unlocked store into the thread's slab. Collection sums
//! all slabs. A slab is never freed and never folded into another: when its thread ends it goes to a free list, values
//! and all, and the next thread continues on top. So nothing is ever moved, and a value is never seen twice or not at
//! all.
//!
//! The one bounds check answers three questions, and each "no" leads to the cold path: is the instrument registered
//! (else its offset is [`UNSET`]), has the thread a slab (else it is empty), is the slab large enough.

mod busy;
mod pool;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::sync::atomic::AtomicU64;

pub(crate) use busy::{Busy, lock};
pub(crate) use pool::{reserve, slabs};

use super::health::{self, Drop as Dropped};

/// The cells of one thread, or of none at the moment.
pub(crate) type Slab = &'static [AtomicU64];

/// The offset of an instrument that is not registered yet: beyond every slab, and far enough from overflow that an
/// index can be added.
pub(crate) const UNSET: usize = usize::MAX / 2;

thread_local! {
    /// Without a destructor, so that it costs no state check and works in other destructors of the thread.
    static SLAB: Cell<Slab> = const { Cell::new(&[]) };
    /// Hands the slab back when the thread ends.
    static GUARD: Guard = const { Guard };
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        let slab = SLAB.replace(&[]);
        if !slab.is_empty() {
            pool::give_back(slab);
        }
    }
}

/// The slab of the current thread; empty if it has none yet.
#[inline]
pub(crate) fn slab() -> Slab {
    SLAB.get()
}

/// Runs `write` on a slab of at least `end` cells that no other thread writes to meanwhile.
///
/// This is the path of a thread's first measurement, of a grown cell space, and of measurements that are made
/// while the thread's locals are being destroyed. A measurement from inside the store is counted as dropped.
#[cold]
pub(crate) fn write_cold(end: usize, write: &mut dyn FnMut(Slab)) {
    let Some(busy) = Busy::enter() else {
        return health::dropped(Dropped::Reentrant);
    };
    if GUARD.try_with(|_| ()).is_ok() {
        let slab = pool::exchange(&busy, SLAB.get(), end);
        SLAB.set(slab);
        write(slab);
    } else {
        pool::borrow(&busy, end, write);
    }
}
