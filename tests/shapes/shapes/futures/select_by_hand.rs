// Calls: 5 ok, 1 error, 3 cancelled.
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use shapes::prelude::*;

#[shape]
async fn race(first: u32, second: u32) -> Result<&'static str, u32> {
    let (mut one, mut other) = (pin!(waits(first, "one")), pin!(waits(second, "other")));
    let winner = poll_fn(|task| {
        if let Poll::Ready(name) = one.as_mut().poll(task) {
            return Poll::Ready(name);
        }
        other.as_mut().poll(task)
    })
    .await;
    note("decided");
    if first > 5 { Err(first) } else { Ok(winner) }
}

#[shape]
async fn waits(polls: u32, name: &'static str) -> &'static str {
    let _guard = Noisy(name);
    for _ in 0..polls {
        pending_once().await;
    }
    name
}

pub(super) fn run() {
    show("equal", block_on(race(1, 1)));
    show("second", block_on(race(2, 0)));
    show("error", block_on(race(6, 1)));
}
