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

/// The offset of the first of these shared cells; [`UNSET`] where they are none, or kept elsewhere.
pub(crate) fn shared_offset(cells: &[AtomicU64]) -> usize {
    let bytes = cells.as_ptr().addr().wrapping_sub(WINDOW.0.as_ptr().addr());
    let offset = bytes / size_of::<AtomicU64>();
    if offset < CELLS && !cells.is_empty() { offset } else { UNSET }
}

/// Gives out `count` shared cells for ever.
pub(crate) fn reserve_shared(count: usize) -> &'static [AtomicU64] {
    let fits = |first: usize| {
        let end = first.checked_add(count)?.checked_next_multiple_of(LINE)?;
        (end <= CELLS).then_some(end)
    };
    match NEXT.fetch_update(Relaxed, Relaxed, fits) {
        Ok(first) => &WINDOW.0[first..][..count],
        Err(_) => (0..count).map(|_| AtomicU64::new(0)).collect::<Vec<_>>().leak(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_has_cells_and_no_offset() {
        let cells = reserve_shared(CELLS + 1);
        assert_eq!((shared_offset(cells), cells.len()), (UNSET, CELLS + 1));
        assert!(shared_at(UNSET).is_none());
        assert_eq!(shared_offset(reserve_shared(0)), UNSET);
    }

    #[test]
    fn cells_that_fit_are_found_by_their_offset_and_share_no_line() {
        let cells = reserve_shared(3);
        let (one, other) = (shared_offset(cells), shared_offset(reserve_shared(1)));
        assert_eq!((cells.len(), one % LINE, other % LINE), (3, 0, 0));
        assert!(other >= one + LINE || one >= other + LINE);
        assert!(shared_at(one + 2).is_some_and(|cell| std::ptr::eq(cell, &raw const cells[2])));
    }
}
