//! What the store could not record, by reason. Nothing is lost without being counted here.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Why a measurement or an observation was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drop {
    /// A NaN or an infinite number, or a negative one where the instrument only grows.
    Value,
    /// Recorded from inside the store itself, by an instrumented global allocator for example.
    Reentrant,
    /// A callback panicked; its observations of this collection are left out.
    Callback,
}

impl Drop {
    pub(crate) const ALL: [(Drop, &'static str); 3] =
        [(Self::Value, "value"), (Self::Reentrant, "reentrant"), (Self::Callback, "callback")];
}

static DROPS: [AtomicU64; Drop::ALL.len()] = [const { AtomicU64::new(0) }; Drop::ALL.len()];

/// Counts one drop. Takes no lock, so that it may be called from anywhere.
#[cold]
pub(crate) fn dropped(reason: Drop) {
    DROPS[reason as usize].fetch_add(1, Relaxed);
}

/// How many were dropped for this reason since the program started.
pub(crate) fn drops(reason: Drop) -> u64 {
    DROPS[reason as usize].load(Relaxed)
}
