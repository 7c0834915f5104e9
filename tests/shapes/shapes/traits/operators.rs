// Calls: 8 ok, 1 error, 1 panic.
use std::ops::{AddAssign, BitOr, Index, IndexMut, Mul, Neg, Not, RangeFull, Rem};

use shapes::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Flags(u8);

impl Neg for Flags {
    type Output = i16;

    #[shape]
    fn neg(self) -> i16 {
        -i16::from(self.0)
    }
}

impl<'f> Mul<&'f str> for &Flags {
    type Output = Box<dyn Iterator<Item = &'f str> + 'f>;

    #[shape]
    fn mul(self, text: &'f str) -> Self::Output {
        Box::new(std::iter::repeat_n(text, self.0.into()))
    }
}

impl BitOr for Flags {
    type Output = Self;

    #[shape]
    fn bitor(self, Self(other): Self) -> Self {
        Self(self.0 | other)
    }
}

impl Not for &Flags {
    type Output = Flags;

    #[shape]
    fn not(self) -> Flags {
        Flags(!self.0)
    }
}

impl AddAssign<u8> for Flags {
    #[shape]
    fn add_assign(&mut self, other: u8) {
        self.0 = self.0.checked_add(other).unwrap_or_else(|| std::panic::panic_any(Payload(1)));
    }
}

impl Rem<u8> for Flags {
    type Output = Result<u8, ()>;

    #[shape]
    fn rem(self, by: u8) -> Result<u8, ()> {
        self.0.checked_rem(by).ok_or(())
    }
}

impl Index<RangeFull> for Flags {
    type Output = [u8];

    #[shape]
    fn index(&self, _: RangeFull) -> &[u8] {
        std::slice::from_ref(&self.0)
    }
}

impl IndexMut<RangeFull> for Flags {
    #[shape]
    fn index_mut(&mut self, _: RangeFull) -> &mut [u8] {
        std::slice::from_mut(&mut self.0)
    }
}

pub(super) fn run() {
    let mut flags = Flags(1) | Flags(2);
    flags += 4;
    show("sum", (flags, -flags, !&flags));
    show("product", (&flags * "text").count());
    show("rest", (flags % 4, flags % 0));
    flags[..].fill(250);
    show("index", &flags[..]);
    caught("too much", || flags += 9);
    show("flags", flags);
}
