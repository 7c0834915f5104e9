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
#[cfg(any(test, feature = "testing"))]
mod isolated;
mod pool;
#[cfg(test)]
mod properties;
mod reach;
mod shared;
mod source;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::hash::BuildHasher;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};

pub(crate) use busy::{Busy, lock};
#[cfg(any(test, feature = "testing"))]
pub(crate) use isolated::Isolated;
pub(crate) use pool::{reserve, slabs};
pub(crate) use reach::Reach;
pub(crate) use shared::{reserve_shared, shared_at, shared_offset};
pub(crate) use source::Source;

use super::health::{self, Drop as Dropped};

/// The cells of one thread, or of none at the moment.
pub(crate) type Slab = &'static [AtomicU64];

/// The offset of an instrument that is not registered yet: beyond every slab, and far enough from overflow that an
/// index can be added.
pub(crate) const UNSET: usize = usize::MAX / 2;

/// What a series is found by that something is kept for beside its cells.
pub(crate) fn offset_hash(offset: usize) -> u64 {
    foldhash::fast::FixedState::default().hash_one(offset)
}

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
    #[cfg(any(test, feature = "testing"))]
    if let Some(isolated) = Isolated::current() {
        return isolated.slab();
    }
    SLAB.get()
}

/// The cells that all threads share in place of these, of which each call records `length`.
#[inline]
#[cfg_attr(
    not(any(test, feature = "testing")),
    expect(unused_variables, reason = "only captures look at it")
)]
pub(crate) fn shared(cells: &'static [AtomicU64], length: usize) -> &'static [AtomicU64] {
    #[cfg(any(test, feature = "testing"))]
    if let Some(isolated) = Isolated::current() {
        return isolated.shared(&cells[..length]);
    }
    cells
}

/// The one cell that all threads share in place of this one.
#[inline]
pub(crate) fn shared_cell(cell: &'static AtomicU64) -> &'static AtomicU64 {
    #[cfg(any(test, feature = "testing"))]
    if let Some(isolated) = Isolated::current() {
        return &isolated.shared(std::slice::from_ref(cell))[0];
    }
    cell
}

/// Sets the flag of a row, which says that the row exists though its sums are zero.
#[inline]
pub(crate) fn touch(flag: &AtomicBool) {
    #[cfg(any(test, feature = "testing"))]
    if let Some(isolated) = Isolated::current() {
        return isolated.touch(flag);
    }
    // Writes only once, so that the line stays shared between processors.
    if !flag.load(Relaxed) {
        flag.store(true, Relaxed);
    }
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
    #[cfg(any(test, feature = "testing"))]
    if let Some(isolated) = Isolated::current() {
        return isolated.write(&busy, end, write);
    }
    if GUARD.try_with(|_| ()).is_ok() {
        let slab = pool::exchange(&busy, SLAB.get(), end);
        SLAB.set(slab);
        write(slab);
    } else {
        pool::borrow(&busy, end, write);
    }
}
