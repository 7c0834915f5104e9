// Calls: 2 ok, 1 error, 2 panic.
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use shapes::prelude::*;

/// What many servers put around a handler.
#[shape]
async fn guarded<F: Future>(future: F) -> Result<F::Output, Box<dyn std::any::Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|task| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(task))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(payload) => Poll::Ready(Err(payload)),
    })
    .await
}

#[shape]
async fn handler(n: u32, _guard: Noisy) -> u32 {
    let _local = Noisy("local");
    pending_once().await;
    if n > 1 {
        std::panic::panic_any(Payload(n));
    }
    n
}

pub(super) fn run() {
    show("guarded", block_on(guarded(handler(1, Noisy("one")))).is_ok());
    let payload = block_on(guarded(handler(2, Noisy("two")))).err();
    show("payload", payload.and_then(|payload| payload.downcast_ref::<Payload>().map(|payload| payload.0)));
    caught("not guarded", || block_on(handler(3, Noisy("three"))));
}
