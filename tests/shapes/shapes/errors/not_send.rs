// Calls: 2 ok, 4 error.
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use shapes::prelude::*;

#[derive(Clone, Debug)]
struct Shared(Rc<RefCell<Vec<u32>>>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} shared", self.0.borrow().len())
    }
}

impl std::error::Error for Shared {}

#[shape]
fn early(shared: &Shared, n: u32) -> Result<u32, Shared> {
    if n > 1 {
        return Err(shared.clone());
    }
    Ok(n)
}

#[shape]
async fn later(shared: Shared, n: u32) -> Result<u32, Shared> {
    pending_once().await;
    early(&shared, n)
}

#[shape]
fn counted(n: u32) -> Result<u32, Rc<dyn std::error::Error>> {
    if n > 1 { Err(Rc::new(fmt::Error)) } else { Ok(n) }
}

pub(super) fn run() {
    let shared = Shared(Rc::default());
    show("early", (early(&shared, 1), early(&shared, 2)));
    // The future is recorded and forgotten: nothing keeps a part of the error.
    show("later", block_on(later(shared.clone(), 2)));
    show("owners", Rc::strong_count(&shared.0));
    auto_traits!("later", later(shared, 1));
    show("counted", (counted(1), counted(2)));
}
