// Calls: 5 ok, 1 error, 1 panic.
// `Future` is in no prelude, and `gen` is no keyword.
#![allow(clippy::manual_async_fn)]

use shapes::prelude::*;

#[derive(Debug)]
struct Future(u32);

trait IntoFuture {
    fn into_future(self) -> u32;
}

impl IntoFuture for u32 {
    fn into_future(self) -> u32 {
        self
    }
}

#[shape]
fn gen(gen: u32) -> Future {
    Future(gen.into_future())
}

#[shape]
async fn later(n: u32) -> Result<Future, Future> {
    let future = gen(n);
    pending_once().await;
    if future.0 > 1 {
        return Err(future);
    }
    Ok(future)
}

#[shape]
fn returned(n: u32) -> impl std::future::Future<Output = Future> {
    async move { Future(n) }
}

#[shape]
async fn stopped() -> ! {
    pending_once().await;
    std::panic::panic_any(Payload(1))
}

pub(super) fn run() {
    show("gen", gen(1));
    show("later", (block_on(later(1)), block_on(later(2))));
    show("returned", block_on(returned(1)));
    caught("stopped", || -> u32 { block_on(stopped()) });
}
