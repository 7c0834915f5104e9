//! What a collection reads.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};

use super::{Busy, Slab, pool};
#[cfg(any(test, feature = "testing"))]
use super::{Isolated, isolated::Contents};

/// The cells of the process, or those of one capture.
#[derive(Debug)]
pub(crate) enum Source {
    Process(Vec<Slab>),
    #[cfg(any(test, feature = "testing"))]
    Capture(Contents),
}

impl Source {
    pub(crate) fn process(busy: &Busy) -> Self {
        Self::Process(pool::slabs(busy))
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn capture(busy: &Busy, isolated: &Isolated) -> Self {
        Self::Capture(isolated.contents(busy))
    }

    /// The slabs, in an order that stays.
    pub(crate) fn slabs(&self) -> &[Slab] {
        match self {
            Self::Process(slabs) => slabs,
            #[cfg(any(test, feature = "testing"))]
            Self::Capture(contents) => &contents.slabs,
        }
    }

    /// Whether it is what the process has recorded, and not a capture.
    pub(crate) fn is_process(&self) -> bool {
        matches!(self, Self::Process(_))
    }

    /// What to read in place of these shared cells; nothing where nothing was recorded.
    pub(crate) fn shared<'a>(&'a self, cells: &'a [AtomicU64]) -> &'a [AtomicU64] {
        match self {
            Self::Process(_) => cells,
            #[cfg(any(test, feature = "testing"))]
            Self::Capture(contents) => contents.shared(cells),
        }
    }

    /// Whether the row of this flag exists though its sums are zero.
    pub(crate) fn is_touched(&self, flag: &AtomicBool) -> bool {
        match self {
            Self::Process(_) => flag.load(Relaxed),
            #[cfg(any(test, feature = "testing"))]
            Self::Capture(contents) => contents.is_touched(flag),
        }
    }
}
