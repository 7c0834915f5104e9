// Calls: 9 ok, 1 cancelled.
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use shapes::prelude::*;

/// A future that is polled by hand, with the attribute on `poll`.
struct Countdown(u32);

impl Future for Countdown {
    type Output = Result<&'static str, u32>;

    #[shape]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(Ok("lift off")) };
        self.0 = left;
        task.waker().wake_by_ref();
        Poll::Pending
    }
}

#[shape]
async fn first<A, B>(a: A, b: B) -> Result<&'static str, u32>
where
    A: Future<Output = Result<&'static str, u32>>,
    B: Future<Output = Result<&'static str, u32>> + Unpin,
{
    let a = pin!(a);
    let text = a.await?;
    let _ = b.await?;
    Ok(text)
}

#[shape]
fn boxed<'a>(future: impl Future<Output = u32> + 'a) -> Pin<Box<dyn Future<Output = u32> + 'a>> {
    Box::pin(async move { future.await + 1 })
}

pub(super) fn run() {
    show("countdown", block_on(Countdown(2)));
    show("first", block_on(first(Countdown(0), Countdown(1))));
    drop_after(1, first(Countdown(3), Countdown(1)));
    show("boxed", block_on(boxed(async { 1 })));
}
