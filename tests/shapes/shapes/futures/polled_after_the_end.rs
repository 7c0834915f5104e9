// Calls: 1 ok, 1 panic.
#![allow(clippy::unused_async)]

use std::pin::Pin;
use std::task::{Context, Waker};

use shapes::prelude::*;

#[shape]
async fn over(n: u32, guard: Noisy) -> usize {
    if n > 1 {
        std::panic::panic_any(Payload(n));
    }
    guard.0.len()
}

fn twice(mut future: Pin<Box<impl Future<Output = usize>>>) {
    let mut task = Context::from_waker(Waker::noop());
    caught("first", || future.as_mut().poll(&mut task));
    caught("second", || future.as_mut().poll(&mut task));
    note("and dropped");
}

pub(super) fn run() {
    twice(Box::pin(over(1, Noisy("ended"))));
    twice(Box::pin(over(2, Noisy("panicked"))));
}
