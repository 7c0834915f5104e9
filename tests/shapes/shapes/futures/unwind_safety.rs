// Calls: 4 ok, 1 error, 1 panic.
#![allow(clippy::unused_async)]

use std::cell::Cell;
use std::panic::catch_unwind;

use shapes::prelude::*;

#[shape]
async fn owned(n: u32) -> u32 {
    pending_once().await;
    n
}

#[shape]
async fn cell(cell: &Cell<u32>) -> u32 {
    cell.set(2);
    pending_once().await;
    cell.get()
}

#[shape]
async fn exclusive(n: &mut u32) {
    pending_once().await;
    *n += 1;
}

#[shape]
fn through(f: impl Fn() -> u32 + std::panic::UnwindSafe) -> Result<u32, &'static str> {
    let n = catch_unwind(f).map_err(|_| "panicked")?;
    Ok(n)
}

#[shape]
async fn polled_after_a_panic(n: u32) -> u32 {
    if n > 1 {
        std::panic::panic_any(Payload(n));
    }
    n
}

pub(super) fn run() {
    auto_traits!("owned", owned(1));
    let number = Cell::new(1);
    auto_traits!("cell", cell(&number));
    let mut n = 1;
    auto_traits!("exclusive", exclusive(&mut n));
    block_on(exclusive(&mut n));
    show("cell", (block_on(cell(&number)), n));
    show("through", (through(|| 1), through(|| std::panic::panic_any(Payload(1)))));
    caught("panic", || block_on(polled_after_a_panic(2)));
    show("owned", block_on(owned(1)));
}
