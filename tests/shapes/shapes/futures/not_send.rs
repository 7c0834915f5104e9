// Calls: 5 ok, 1 error.
// Also known as x37c_nonsend_body and x37d_nonsend_err.
use std::cell::Cell;
use std::rc::Rc;

use shapes::prelude::*;

#[shape]
async fn body(n: u32) -> u32 {
    let shared = Rc::new(Cell::new(n));
    pending_once().await;
    shared.set(shared.get() + 1);
    shared.get()
}

#[shape]
async fn argument(n: Rc<u32>) -> u32 {
    pending_once().await;
    *n
}

#[shape]
async fn value(n: u32) -> Rc<u32> {
    pending_once().await;
    Rc::new(n)
}

#[shape]
async fn error(n: u32) -> Result<u32, Rc<u32>> {
    pending_once().await;
    if n > 1 { Err(Rc::new(n)) } else { Ok(n) }
}

#[shape]
async fn not_sync(n: Cell<u32>) -> u32 {
    pending_once().await;
    n.get()
}

pub(super) fn run() {
    auto_traits!("body", body(1));
    auto_traits!("argument", argument(Rc::new(1)));
    auto_traits!("value", value(1));
    auto_traits!("error", error(1));
    auto_traits!("not sync", not_sync(Cell::new(1)));
    show("body", block_on(body(1)));
    show("argument", block_on(argument(Rc::new(1))));
    show("value", block_on(value(1)));
    show("error", (block_on(error(1)), block_on(error(2))));
    show("not sync", block_on(not_sync(Cell::new(1))));
}
