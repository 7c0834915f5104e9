// Calls: 2 ok, 1 error.
// Also known as x27_const_generic.
use shapes::prelude::*;

#[shape]
fn sum<const N: usize>(values: [u32; N]) -> u32 {
    values.iter().sum::<u32>() + u32::try_from(N).unwrap_or_default()
}

struct Grid<const W: usize, const H: usize>([[u8; W]; H]);

impl<const W: usize, const H: usize> Grid<W, H> {
    #[shape]
    fn cell(&self, x: usize, y: usize) -> Result<u8, [usize; 2]> {
        if x >= W || y >= H {
            return Err([W, H]);
        }
        Ok(self.0[y][x])
    }
}

pub(super) fn run() {
    show("sum", sum([1, 2, 3]));
    let grid = Grid([[1, 2], [3, 4], [5, 6]]);
    show("cell", grid.cell(1, 2));
    show("cell", grid.cell(2, 2));
}
