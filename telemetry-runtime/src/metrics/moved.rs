//! Histogram series that began anew with other buckets.
//!
//! A series' cells lie at an offset that instruments keep and that no other thread can change. So a series whose buckets the
//! configuration changes after it was recorded stays where it is for those instruments, and moves all the same: its cell of
//! the largest measurement is put back to zero, every measurement is larger than that, and a new largest measurement is the
//! one case in which recording asks here. Series that did not move pay for it only with each new largest measurement, and
//! only where another one did.

use std::hash::BuildHasher;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Mutex, OnceLock};

use super::buckets::{Buckets, LARGEST};
use super::registry::Lookup;
use super::store::{Busy, Slab, lock, reserve};

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

static ANY: AtomicBool = AtomicBool::new(false);
static MOVED: Lookup<Moved> = Lookup::new();

/// Whether any series is elsewhere now, so that it has to be asked which one.
#[inline]
pub(crate) fn any() -> bool {
    ANY.load(Relaxed)
}

/// Where the series at this offset is now.
pub(crate) fn current(buckets: &'static Buckets, offset: usize) -> Place {
    if !ANY.load(Acquire) {
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
        None => MOVED.insert(hash(offset), moved),
        Some(first) => {
            let mut last = first;
            while let Some(next) = last.next.get() {
                last = next;
            }
            // Under the lock it is still empty.
            let _ = last.next.set(moved);
        }
    }
    ANY.store(true, Release);
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
    MOVED.find(hash(offset), |moved| moved.from == offset)
}

fn hash(offset: usize) -> u64 {
    foldhash::fast::FixedState::default().hash_one(offset)
}
