// Calls: 2 ok, 1 error.
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use shapes::prelude::*;

#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[shape]
async fn is_same(expected: &Waker) -> Result<bool, &'static str> {
    let same = poll_fn(|task| Poll::Ready(task.waker().will_wake(expected))).await;
    let mut polls = 0;
    poll_fn(|task| {
        polls += 1;
        task.waker().wake_by_ref();
        if polls > 2 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    if same { Ok(same) } else { Err("another waker") }
}

#[shape]
async fn kept() -> Waker {
    poll_fn(|task| Poll::Ready(task.waker().clone())).await
}

pub(super) fn run() {
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut task = Context::from_waker(&waker);
    let mut future = pin!(is_same(&waker));
    show("polls", [(); 3].map(|()| future.as_mut().poll(&mut task)));
    show("wakes", count.0.load(Ordering::Relaxed));
    show("noop", block_on(is_same(&waker)));
    let kept = pin!(kept()).poll(&mut task).map(Waker::wake);
    show("kept", (kept, count.0.load(Ordering::Relaxed), Arc::strong_count(&count)));
}
