//! Polling by hand, so that a future can be stopped half way.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::log::note;

/// Polls a future to its end. All futures of the shapes go on by themselves.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut task = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut task) {
            return value;
        }
        note("pending");
    }
}

/// Polls a future `polls` times, which does not end it, and drops it.
///
/// # Panics
///
/// If the future is ready before that.
pub fn drop_after<F: Future>(polls: usize, future: F) {
    let mut future = Box::pin(future);
    let mut task = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        assert!(future.as_mut().poll(&mut task).is_pending(), "the future has ended already");
    }
    note("dropped half way");
    drop(future);
    note("gone");
}

/// Is pending once.
pub async fn pending_once() {
    let mut first = true;
    poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
}
