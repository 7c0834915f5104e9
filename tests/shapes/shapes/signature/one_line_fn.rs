// Calls: 2 ok.
use shapes::prelude::*;

#[shape]
fn one() -> u32 {
    1
}

#[shape]
fn nothing() {}

pub(super) fn run() {
    show("one", one());
    nothing();
}
