//! The cells that all threads share: one for each series of a gauge or up-down counter.
//!
//! They lie in one array, so that recording is one bounds check and one store, as it is for the cells of a thread. What
//! does not fit any more is kept elsewhere, and found through the table of its metric.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use super::UNSET;

/// Cells of the array: 256 KiB of addresses, which become memory where they are written to.
const CELLS: usize = 1 << 15;

/// Cells of a cache line. Two metrics do not share one, so that they do not slow each other down.
const LINE: usize = 8;

#[repr(align(64))]
struct Window([AtomicU64; CELLS]);

static WINDOW: Window = Window([const { AtomicU64::new(0) }; CELLS]);
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// The shared cell at an offset; `None` for [`UNSET`] and what follows it.
#[inline]
pub(crate) fn shared_at(offset: usize) -> Option<&'static AtomicU64> {
    WINDOW.0.get(offset)
}

/// Gives out `count` shared cells for ever: the offset of the first one, or [`UNSET`] where they have none, and the cells.
pub(crate) fn reserve_shared(count: usize) -> (usize, &'static [AtomicU64]) {
    if count == 0 {
        return (UNSET, &[]);
    }
    let fits = |first: usize| {
        let end = first.checked_add(count)?.checked_next_multiple_of(LINE)?;
        (end <= CELLS).then_some(end)
    };
    match NEXT.fetch_update(Relaxed, Relaxed, fits) {
        Ok(first) => (first, &WINDOW.0[first..][..count]),
        Err(_) => (UNSET, (0..count).map(|_| AtomicU64::new(0)).collect::<Vec<_>>().leak()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_has_cells_and_no_offset() {
        let (offset, cells) = reserve_shared(CELLS + 1);
        assert_eq!((offset, cells.len()), (UNSET, CELLS + 1));
        assert!(shared_at(offset).is_none());
    }

    #[test]
    fn cells_that_fit_are_found_by_their_offset_and_share_no_line() {
        let (one, cells) = reserve_shared(3);
        let (other, _) = reserve_shared(1);
        assert_eq!((cells.len(), one % LINE, other % LINE), (3, 0, 0));
        assert!(other >= one + LINE || one >= other + LINE);
        assert!(shared_at(one + 2).is_some_and(|cell| std::ptr::eq(cell, &raw const cells[2])));
    }
}
