// Calls: 3 ok, 1 cancelled.
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use shapes::prelude::*;

#[shape]
async fn work(name: &'static str) -> &'static str {
    let _guard = Noisy(name);
    pending_once().await;
    pending_once().await;
    name
}

/// Polls once, whatever comes of it.
#[shape]
async fn started<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|task| match future.as_mut().poll(task) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

pub(super) fn run() {
    block_on(async {
        let mut future = pin!(work("pinned"));
        show("started", started(future.as_mut()).await);
        note("in between");
        show("rest", future.as_mut().await);
        let mut boxed: Pin<Box<dyn Future<Output = &str>>> = Box::pin(work("boxed"));
        show("started", started(boxed.as_mut()).await);
        boxed = Box::pin(std::future::ready("replaced"));
        show("rest", (&mut boxed).await);
    });
}
