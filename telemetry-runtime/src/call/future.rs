//! The wrapper around an instrumented future.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, thread};

use pin_project_lite::pin_project;

use super::{Call, CallPart, start};
use crate::clock::Moment;
use crate::outcome::Outcome;

/// The parts of an instrumented future's call, which began, and is held apart from the future between its polls.
#[derive(Debug)]
pub struct Prepared<S, M> {
    span: S,
    metrics: M,
    started: Moment,
}

impl<S: CallPart, M: CallPart> Prepared<S, M> {
    /// A call that begins now.
    #[inline]
    pub fn new(span: S, metrics: M) -> Self {
        Self { started: start(&span, &metrics), span, metrics }
    }

    fn end(self, outcome: Outcome) -> Call<S, M> {
        // With `unwinding` set the outcome stays what it is: a future that is dropped because something else
        // unwinds was cancelled.
        Call::resume(self.span, self.metrics, self.started, outcome, true)
    }
}

pin_project! {
    /// A future whose call is recorded: it ends when the future is ready, unwinds or is dropped.
    #[must_use = "futures do nothing unless polled"]
    pub struct Traced<S: CallPart, M: CallPart, F, I> {
        // An option, so that it can be dropped in place before the call ends.
        #[pin]
        future: Option<F>,
        // None before the beginning and after the end.
        call: Option<(Prepared<S, M>, I)>,
    }

    impl<S: CallPart, M: CallPart, F, I> PinnedDrop for Traced<S, M, F, I> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Some((call, _)) = this.call.take() else { return };
            // What the body holds is dropped inside its span, and spans that it has open end before this one.
            let attached = call.span.attach();
            let call = call.end(Outcome::Cancelled);
            this.future.set(None);
            drop(attached);
            drop(call);
        }
    }
}

/// Records the call of `future`: `inspect` sees what it returns.
#[inline]
pub fn traced<S, M, F, I>(call: Prepared<S, M>, future: F, inspect: I) -> Traced<S, M, F, I>
where
    S: CallPart,
    M: CallPart,
    F: Future,
    I: FnOnce(&F::Output, &mut Call<S, M>),
{
    Traced { future: Some(future), call: Some((call, inspect)) }
}

/// A future whose call has not begun.
pub(super) fn untraced<S: CallPart, M: CallPart, F, I>(future: F) -> Traced<S, M, F, I> {
    Traced { future: Some(future), call: None }
}

impl<S: CallPart, M: CallPart, F, I> Traced<S, M, F, I> {
    /// Begins the call.
    pub(super) fn begin(self: Pin<&mut Self>, call: Prepared<S, M>, inspect: I) {
        *self.project().call = Some((call, inspect));
    }
}

/// Ends the call as a panic if a poll unwinds.
struct Polling<'a, S: CallPart, M: CallPart, I>(&'a mut Option<(Prepared<S, M>, I)>);

impl<S: CallPart, M: CallPart, I> Drop for Polling<'_, S, M, I> {
    fn drop(&mut self) {
        if let Some((call, _)) = self.0.take() {
            drop(call.end(Outcome::Panic));
        }
    }
}

impl<S, M, F, I> Future for Traced<S, M, F, I>
where
    S: CallPart,
    M: CallPart,
    F: Future,
    I: FnOnce(&F::Output, &mut Call<S, M>),
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future.as_pin_mut().expect("a future is not polled while it is dropped");
        let Some((call, _)) = this.call.as_ref() else {
            // Polled after the end: the future answers as it would without us.
            return future.poll(task);
        };
        let attached = call.span.attach();
        let polling = Polling(this.call);
        let polled = future.poll(task);
        let ended = polled.is_ready().then(|| polling.0.take()).flatten();
        std::mem::forget(polling);
        if let (Poll::Ready(output), Some((call, inspect))) = (&polled, ended) {
            let mut call = call.end(Outcome::Ok);
            // From here on it is as in a function: if the inspection of the result unwinds, the call panicked.
            call.unwinding = thread::panicking();
            inspect(output, &mut call);
        }
        drop(attached);
        polled
    }
}

impl<S: CallPart, M: CallPart, F: fmt::Debug, I> fmt::Debug for Traced<S, M, F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traced").field("future", &self.future).finish_non_exhaustive()
    }
}
