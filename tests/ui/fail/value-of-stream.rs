use std::pin::Pin;
use std::task::{Context, Poll};

use telemetry_runtime::metric;

trait Stream {
    type Item;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>>;
}

impl Stream for () {
    type Item = u64;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u64>> {
        Poll::Ready(None)
    }
}

#[metric(counter("entities.relations", value = |ret| *ret))]
fn relations() -> impl Stream<Item = u64> {}

fn main() {
    drop(relations());
}
