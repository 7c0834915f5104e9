// Calls: 5 ok, 1 error, 1 cancelled.
// Also known as x16_manual_future.
use std::future::Future;

use shapes::prelude::*;

#[shape]
fn owned(n: u32) -> impl Future<Output = u32> {
    note("made");
    async move {
        pending_once().await;
        n + 1
    }
}

#[shape]
fn borrowed(text: &str) -> impl Future<Output = Result<u32, std::num::ParseIntError>> + Send + '_ {
    let text = text.trim();
    async move {
        pending_once().await;
        text.parse::<u32>()
    }
}

#[shape]
fn ready(n: u32) -> impl Future<Output = u32> + Send + Sync + use<> {
    std::future::ready(n)
}

#[shape]
fn either(n: u32) -> impl Future<Output = u32> {
    if n > 1 {
        return Box::pin(async move { n }) as std::pin::Pin<Box<dyn Future<Output = u32>>>;
    }
    Box::pin(async { 0 })
}

pub(super) fn run() {
    show("owned", block_on(owned(1)));
    drop(owned(1));
    drop_after(1, owned(1));
    auto_traits!("owned", owned(1));
    show("borrowed", block_on(borrowed(" 1 ")));
    show("borrowed", block_on(borrowed("x")));
    auto_traits!("borrowed", borrowed("x"));
    show("ready", block_on(ready(2)));
    show("either", (block_on(either(1)), block_on(either(2))));
    auto_traits!("either", either(2));
}
