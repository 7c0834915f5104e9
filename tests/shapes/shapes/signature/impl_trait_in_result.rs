// Calls: 3 ok, 2 error.
// Also known as x14_result_impl.
use std::fmt::Debug;

use shapes::prelude::*;

#[shape]
fn numbers(limit: u32) -> Result<impl Iterator<Item = u32>, String> {
    if limit == 0 {
        return Err("no limit".to_owned());
    }
    Ok((0..limit).map(|n| n * 2))
}

#[shape]
fn both(fail: bool) -> Result<impl Debug, impl Debug> {
    if fail { Err(1_u8) } else { Ok("fine") }
}

#[shape]
fn perhaps(some: bool) -> Option<impl Fn(u32) -> u32> {
    some.then_some(|n| n + 1)
}

pub(super) fn run() {
    show("numbers", numbers(3).map(Vec::from_iter));
    show("numbers", numbers(0).map(Vec::from_iter));
    show("both", both(true));
    show("both", both(false));
    show("perhaps", perhaps(true).map(|add| add(1)));
}
