// Calls: 4 ok.
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use shapes::prelude::*;

struct Countdown(u32);

impl Future for Countdown {
    type Output = &'static str;

    #[shape]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        if self.0 == 0 {
            return Poll::Ready("over");
        }
        self.0 -= 1;
        task.waker().wake_by_ref();
        Poll::Pending
    }
}

struct Fallible;

impl Future for Fallible {
    type Output = Result<u32, std::num::ParseIntError>;

    #[shape]
    fn poll(self: Pin<&mut Self>, _task: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok("x".parse::<u32>()?))
    }
}

pub(super) fn run() {
    show("countdown", block_on(Countdown(2)));
    auto_traits!("countdown", Countdown(2));
    show("fallible", block_on(Fallible));
}
