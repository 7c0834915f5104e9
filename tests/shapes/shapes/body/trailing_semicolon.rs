// Calls: 6 ok, 2 error.
#![allow(clippy::needless_return, clippy::unused_unit)]

use shapes::prelude::*;

#[shape]
fn returned(n: u32) -> u32 {
    return n + 1;
}

#[shape]
fn fallible(n: u32) -> Result<u32, ()> {
    return if n > 1 { Err(()) } else { Ok(n) };
}

#[shape]
async fn later(n: u32) -> Option<u32> {
    pending_once().await;
    return Some(n);
}

#[shape]
fn nothing(n: &mut u32) {
    *n += 1;
}

#[shape]
fn unit() -> () {
    note("unit");
}

#[shape]
fn fallible_unit(n: u32) -> Result<(), u32> {
    (n < 2).then_some(()).ok_or(n)
}

pub(super) fn run() {
    show("returned", returned(1));
    show("fallible", (fallible(1), fallible(2)));
    show("later", block_on(later(1)));
    let mut n = 1;
    nothing(&mut n);
    unit();
    show("unit", (fallible_unit(n), fallible_unit(n - 1)));
}
