// Calls: 7 ok.
use std::fmt;

use shapes::prelude::*;

struct Range(u32, u32);

#[shape]
impl Iterator for Range {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let next = (self.0 < self.1).then_some(self.0)?;
        self.0 += 1;
        Some(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.1 - self.0) as usize;
        (left, Some(left))
    }
}

#[shape]
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.0, self.1)
    }
}

#[shape]
impl<'a> From<&'a [u32]> for Range {
    fn from(bounds: &'a [u32]) -> Self {
        Self(bounds[0], bounds[1])
    }
}

#[shape]
impl Drop for Range {
    fn drop(&mut self) {
        note("drop range");
    }
}

pub(super) fn run() {
    let mut range = Range::from([1, 3].as_slice());
    note(&range);
    show("hint", range.size_hint());
    show("next", [range.next(), range.next(), range.next()]);
}
