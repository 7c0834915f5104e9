// Calls: 5 ok.
use shapes::prelude::*;

trait Lending {
    type Item<'a>
    where
        Self: 'a;

    fn lend(&mut self) -> Option<Self::Item<'_>>;

    #[shape]
    fn skip_one(&mut self) -> Option<Self::Item<'_>> {
        let _ = self.lend()?;
        self.lend()
    }
}

struct Windows<'t, T> {
    slice: &'t mut [T],
    start: usize,
}

impl<T> Lending for Windows<'_, T> {
    type Item<'a>
        = &'a mut [T]
    where
        Self: 'a;

    #[shape]
    fn lend(&mut self) -> Option<Self::Item<'_>> {
        let start = self.start;
        self.start += 1;
        self.slice.get_mut(start..start + 2)
    }
}

trait Family {
    type Of<T, const N: usize>;

    fn make<T: Copy, const N: usize>(value: T) -> Self::Of<T, N>;
}

struct Arrays;

impl Family for Arrays {
    type Of<T, const N: usize> = [T; N];

    #[shape]
    fn make<T: Copy, const N: usize>(value: T) -> Self::Of<T, N> {
        [value; N]
    }
}

pub(super) fn run() {
    let mut numbers = [1, 2, 3];
    let mut windows = Windows { slice: &mut numbers, start: 0 };
    if let Some(window) = windows.skip_one() {
        window[0] = 7;
    }
    show("end", windows.lend().is_none());
    show("numbers", numbers);
    show("made", Arrays::make::<u8, 3>(1));
}
