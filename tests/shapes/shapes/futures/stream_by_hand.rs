// Calls: 13 ok, 1 error.
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use shapes::prelude::*;

struct Counter {
    next: u32,
    is_waiting: bool,
}

impl Stream for Counter {
    type Item = Result<u32, u32>;

    #[shape]
    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.is_waiting = !self.is_waiting;
        if self.is_waiting {
            task.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.next += 1;
        Poll::Ready(match self.next {
            3 => None,
            n => Some(if n > 3 { Err(n) } else { Ok(n) }),
        })
    }
}

#[shape]
async fn next<S: Stream + Unpin + ?Sized>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|task| Pin::new(&mut *stream).poll_next(task)).await
}

#[shape]
async fn collected(mut stream: impl Stream<Item = Result<u32, u32>> + Unpin) -> Result<Vec<u32>, u32> {
    let mut items = Vec::new();
    while let Some(item) = next(&mut stream).await {
        items.push(item?);
    }
    Ok(items)
}

pub(super) fn run() {
    show("collected", block_on(collected(Counter { next: 0, is_waiting: false })));
    show("collected", block_on(collected(Counter { next: 3, is_waiting: false })));
}
