// Calls: 2 ok, 1 error, 1 cancelled.
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};

use shapes::prelude::*;

#[derive(Debug)]
struct Elapsed(u32);

/// A timeout whose clock is the number of polls.
#[shape]
async fn timeout<T>(limit: u32, future: impl IntoFuture<Output = T>) -> Result<T, Elapsed> {
    let mut future = pin!(future.into_future());
    let mut polls = 0;
    poll_fn(move |task: &mut Context<'_>| {
        polls += 1;
        match future.as_mut().poll(task) {
            Poll::Ready(value) => Poll::Ready(Ok(value)),
            Poll::Pending if polls == limit => Poll::Ready(Err(Elapsed(limit))),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[shape]
async fn work(polls: u32) -> u32 {
    let _guard = Noisy("work");
    for _ in 0..polls {
        pending_once().await;
    }
    polls
}

pub(super) fn run() {
    show("in time", block_on(timeout(3, work(2))));
    show("too late", block_on(timeout(2, work(2))).map_err(|elapsed| elapsed.0));
}
