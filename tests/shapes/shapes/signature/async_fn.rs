// Calls: 1 ok.
// Also known as x02_async.
use shapes::prelude::*;

#[shape]
async fn add(a: u32, b: u32) -> u32 {
    pending_once().await;
    a + b
}

pub(super) fn run() {
    auto_traits!("future", add(1, 2));
    show("sum", block_on(add(2, 3)));
}
