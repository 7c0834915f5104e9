// Calls: 6 ok, 1 error.
use std::cell::{Cell, RefCell};

use shapes::prelude::*;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static NAMES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Entered;

impl Entered {
    #[shape]
    fn new(name: &str) -> Result<Self, u32> {
        let depth = DEPTH.get() + 1;
        if depth > 2 {
            return Err(depth);
        }
        DEPTH.set(depth);
        NAMES.with_borrow_mut(|names| names.push(name.to_owned()));
        Ok(Self)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

#[shape]
async fn outer(name: &str) -> Option<u32> {
    let entered = Entered::new(name).ok()?;
    pending_once().await;
    let depth = inner().await + DEPTH.get() * 10;
    drop(entered);
    Some(depth)
}

#[shape]
async fn inner() -> u32 {
    let _entered = Entered::new("inner");
    let _refused = Entered::new("too deep");
    pending_once().await;
    DEPTH.get()
}

pub(super) fn run() {
    show("outer", block_on(outer("outer")));
    show("depth", DEPTH.get());
    show("names", NAMES.take());
    show("entered", Entered::new("again").is_ok());
    show("thread", std::thread::spawn(|| (DEPTH.get(), Entered::new("there").is_ok())).join().ok());
}
