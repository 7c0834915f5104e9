// Calls: 2 ok, 1 error, 1 cancelled.
use std::task::{Context, Waker};
use std::thread;

use shapes::prelude::*;

#[shape]
async fn moving(n: u32) -> Result<bool, u32> {
    let first = thread::current().id();
    pending_once().await;
    let second = thread::current().id();
    if n > 1 {
        return Err(inner(n).await);
    }
    Ok(first == second)
}

#[shape]
async fn inner(n: u32) -> u32 {
    pending_once().await;
    n
}

/// Polls once here, and goes on in another thread.
fn half_there(n: u32, to_the_end: bool) -> Option<Result<bool, u32>> {
    let mut future = Box::pin(moving(n));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    thread::spawn(move || to_the_end.then(|| block_on(future))).join().ok().flatten()
}

pub(super) fn run() {
    show("one", half_there(1, true));
    show("two", half_there(2, true));
    show("dropped there", half_there(1, false));
}
