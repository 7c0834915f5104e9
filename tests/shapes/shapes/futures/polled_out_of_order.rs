// Calls: 4 ok, 1 error, 1 cancelled.
#![allow(clippy::type_complexity)]

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use shapes::prelude::*;

#[shape]
async fn item(n: u32, name: &'static str) -> Result<u32, Noisy> {
    let guard = Noisy(name);
    for _ in 0..n {
        pending_once().await;
    }
    if n == 2 { Err(guard) } else { Ok(n) }
}

/// Polls the last future first, and leaves the first one half way.
#[shape]
fn backwards(mut futures: Vec<Pin<Box<dyn Future<Output = Result<u32, Noisy>> + '_>>>) -> usize {
    let mut task = Context::from_waker(Waker::noop());
    while futures.len() > 1 {
        let mut index = futures.len();
        while index > 0 {
            index -= 1;
            if let Poll::Ready(value) = futures[index].as_mut().poll(&mut task) {
                show("ended", value);
                drop(futures.remove(index));
            }
        }
    }
    futures.len()
}

pub(super) fn run() {
    show(
        "left",
        backwards(vec![
            Box::pin(item(9, "first")),
            Box::pin(item(1, "second")),
            Box::pin(item(2, "third")),
            Box::pin(item(0, "fourth")),
            Box::pin(item(3, "fifth")),
        ]),
    );
}
