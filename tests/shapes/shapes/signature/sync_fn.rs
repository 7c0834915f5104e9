// Calls: 1 ok.
// Also known as x01_sync.
use shapes::prelude::*;

#[shape]
fn add(a: u32, b: u32) -> u32 {
    a + b
}

pub(super) fn run() {
    let pointer: fn(u32, u32) -> u32 = add;
    show("sum", pointer(2, 3));
}
