//! The wrapper around a future whose call is a span and nothing else.
//!
//! Most annotated async functions have no more. Whatever is generic here is made again for each of them, so there is as
//! little of it as can be: the rest is about a [`SpanState`], which is one type.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, mem, thread};

use pin_project_lite::pin_project;

use super::inspect::Inspection;
use super::state::Prepared;
use super::{Call, CallPart, NoMetrics};
use crate::context::Attached;
use crate::outcome::Outcome;
use crate::trace::{Parent, SpanSite, TaskSpan};

/// Where the span of a future is between its polls.
#[derive(Debug)]
enum SpanState {
    Waiting { parent: Parent, site: &'static SpanSite },
    Running(TaskSpan),
    Ended,
}

type SpanCall = Call<TaskSpan, NoMetrics>;

// Out of line, all of them: they are the same for every function.
impl SpanState {
    /// Makes the span current for a poll, and starts it before if this is the first one; `None` after its end.
    #[inline(never)]
    fn enter(&mut self) -> Option<Attached> {
        if let Self::Waiting { .. } = self
            && let Self::Waiting { parent, site } = mem::replace(self, Self::Ended)
        {
            *self = Self::Running(TaskSpan::start(site, parent));
        }
        match self {
            Self::Running(span) => Some(span.attach()),
            Self::Waiting { .. } | Self::Ended => None,
        }
    }

    /// The call to be ended, if it goes on.
    #[inline(never)]
    fn end(&mut self, outcome: Outcome) -> Option<SpanCall> {
        match mem::replace(self, Self::Ended) {
            Self::Running(span) => Some(Prepared::new(span, NoMetrics).end(outcome)),
            Self::Waiting { .. } | Self::Ended => None,
        }
    }

    /// The call to be ended after a value was returned: if its inspection unwinds, the call panicked.
    #[inline(never)]
    fn returned(&mut self) -> Option<SpanCall> {
        let mut call = self.end(Outcome::Ok)?;
        call.unwinding = thread::panicking();
        Some(call)
    }

    /// The call of a future that is dropped before its end, and its span for the destructors in it.
    #[inline(never)]
    fn cancel(&mut self) -> Option<(Attached, SpanCall)> {
        match self {
            Self::Running(span) => {
                let attached = span.attach();
                Some((attached, self.end(Outcome::Cancelled)?))
            }
            Self::Waiting { .. } | Self::Ended => None,
        }
    }
}

/// Ends a call, apart from the functions that do it.
#[inline(never)]
fn finish<T>(ended: T) {
    drop(ended);
}

/// Ends the call as a panic if a poll unwinds.
struct Polling<'a>(&'a mut SpanState);

impl Drop for Polling<'_> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        drop(self.0.end(Outcome::Panic));
    }
}

pin_project! {
    /// A future with a span, which starts with the first poll, and ends when the future is ready, unwinds or is dropped.
    #[must_use = "futures do nothing unless polled"]
    pub struct TracedSpan<F, I> {
        // None only after the end, while it is dropped.
        #[pin]
        future: Option<F>,
        inspect: I,
        span: SpanState,
    }

    impl<F, I> PinnedDrop for TracedSpan<F, I> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(cancelled) = this.span.cancel() {
                // What the future holds is dropped inside its span, and spans that it has open end before.
                this.future.set(None);
                finish(cancelled);
            }
        }
    }
}

/// Records a span for `future`; `inspect` sees what it returns.
#[inline]
pub fn traced_span<F, I>(parent: Parent, site: &'static SpanSite, future: F, inspect: I) -> TracedSpan<F, I>
where
    F: Future,
    I: Inspection<F::Output, TaskSpan, NoMetrics> + Copy,
{
    TracedSpan { future: Some(future), inspect, span: SpanState::Waiting { parent, site } }
}

impl<F, I> Future for TracedSpan<F, I>
where
    F: Future,
    I: Inspection<F::Output, TaskSpan, NoMetrics> + Copy,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future.as_pin_mut().expect("a future is not polled while it is dropped");
        let Some(attached) = this.span.enter() else {
            // Polled after the end: the future answers as it would without us.
            return future.poll(task);
        };
        let polling = Polling(this.span);
        let polled = future.poll(task);
        mem::forget(polling);
        if let Poll::Ready(output) = &polled
            && let Some(mut call) = this.span.returned()
        {
            this.inspect.look(output, &mut call);
            finish(call);
        }
        finish(attached);
        polled
    }
}

impl<F: fmt::Debug, I> fmt::Debug for TracedSpan<F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracedSpan").field("future", &self.future).finish_non_exhaustive()
    }
}
