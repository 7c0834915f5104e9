//! Histogram series that began anew with other buckets.
//!
//! A series' cells lie at an offset that instruments keep and that no other thread can change. So a series whose buckets the
//! configuration changes after it was recorded stays where it is for those instruments, and moves all the same: its cell of
//! the largest measurement is put back to zero, no measurement is smaller than that, and a new largest measurement is the
//! one case in which recording asks here. Series that did not move pay for it only with each new largest measurement, and
//! only where another one did.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Mutex, OnceLock};

use super::buckets::{Buckets, LARGEST};
use super::number::INFINITY_BITS;
use super::registry::Lookup;
use super::store::{Busy, Slab, lock, offset_hash, reserve};

/// Where a series went.
#[derive(Debug)]
struct Moved {
    from: usize,
    place: Place,
    /// It may have moved again.
    next: OnceLock<&'static Moved>,
}

/// Where a series is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) buckets: &'static Buckets,
    pub(crate) offset: usize,
}

/// The bits from which on a new largest measurement is not just stored: zero, so that it is none, once a series has moved.
static LIMIT: AtomicU64 = AtomicU64::new(INFINITY_BITS);
static MOVED: Lookup<Moved> = Lookup::new();

/// The bits from which on a new largest measurement has to be looked at: those of no number, or all of them where any series
/// is elsewhere now, so that it has to be asked which one.
#[inline]
pub(crate) fn limit() -> u64 {
    LIMIT.load(Relaxed)
}

/// Where the series at this offset is now.
pub(crate) fn current(buckets: &'static Buckets, offset: usize) -> Place {
    if LIMIT.load(Acquire) != 0 {
        return Place { buckets, offset };
    }
    let mut place = Place { buckets, offset };
    let mut at = find(offset);
    while let Some(moved) = at {
        place = moved.place;
        at = moved.next.get().copied();
    }
    place
}

/// Lets the series at `offset` begin anew with other buckets.
pub(crate) fn restart(busy: &Busy, offset: usize, buckets: &'static Buckets) {
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = lock(busy, &WRITING);
    let place = Place { buckets, offset: reserve(busy, buckets.cells()) };
    let moved: &'static Moved = Box::leak(Box::new(Moved { from: offset, place, next: OnceLock::new() }));
    match find(offset) {
        None => MOVED.insert(offset_hash(offset), moved),
        Some(first) => {
            let mut last = first;
            while let Some(next) = last.next.get() {
                last = next;
            }
            // Under the lock it is still empty.
            let _ = last.next.set(moved);
        }
    }
    LIMIT.store(0, Release);
}

/// Makes every thread ask where the series at `offset` is. It is done again at each collection, because a thread that was
/// just recording may have put its largest measurement back.
pub(crate) fn redirect(offset: usize, slabs: &[Slab]) {
    for slab in slabs {
        if let Some(largest) = slab.get(offset + LARGEST)
            && largest.load(Relaxed) != 0
        {
            largest.store(0, Relaxed);
        }
    }
}

fn find(offset: usize) -> Option<&'static Moved> {
    MOVED.find(offset_hash(offset), |moved| moved.from == offset)
}
