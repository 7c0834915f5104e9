//! The slabs that have a cell.

use std::ops::Range;

use super::Slab;

/// Which of many slabs are long enough for a cell.
///
/// Slabs that threads have outgrown stay for ever, and there are several of each thread: a reader that goes through many cells
/// would look at all of them for each. Here it does so only where the answer becomes another one.
#[derive(Debug)]
pub(crate) struct Reach<'a> {
    all: &'a [Slab],
    /// Those that have the cells of `cells`, in the order of all.
    long: Vec<Slab>,
    cells: Range<usize>,
}

impl<'a> Reach<'a> {
    pub(crate) fn new(all: &'a [Slab]) -> Self {
        Self { all, long: Vec::new(), cells: 0..0 }
    }

    /// The slabs that have this cell, in their order.
    #[inline]
    pub(crate) fn of(&mut self, cell: usize) -> &[Slab] {
        if !self.cells.contains(&cell) {
            self.find(cell);
        }
        &self.long
    }

    #[cold]
    fn find(&mut self, cell: usize) {
        self.long.clear();
        self.cells = 0..usize::MAX;
        for slab in self.all {
            if slab.len() > cell {
                self.long.push(slab);
                self.cells.end = self.cells.end.min(slab.len());
            } else {
                self.cells.start = self.cells.start.max(slab.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn of_every_cell_all_slabs_that_have_it_are_found_in_their_order() {
        let slab =
            |cells: usize| -> Slab { (0..cells).map(|_| AtomicU64::new(0)).collect::<Vec<_>>().leak() };
        let all = [4, 9, 0, 4, 2, 16].map(slab);
        let mut reach = Reach::new(&all);
        // Up, down, and in jumps.
        for cell in (0..20).chain((0..20).rev()).chain((0..20).map(|n| n * 7 % 20)) {
            let expected: Vec<_> =
                all.iter().filter(|slab| slab.len() > cell).map(|slab| slab.as_ptr()).collect();
            let found: Vec<_> = reach.of(cell).iter().map(|slab| slab.as_ptr()).collect();
            assert_eq!(found, expected, "cell {cell}");
        }
        assert!(Reach::new(&[]).of(3).is_empty());
    }
}
