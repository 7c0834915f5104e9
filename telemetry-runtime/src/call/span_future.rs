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
use super::{Call, NoMetrics};
use crate::context::Attached;
use crate::context::seat::Seat;
use crate::outcome::Outcome;
use crate::trace::{Parent, SpanSite, TaskSpan};

/// Where the span of a future is between its polls.
#[derive(Debug)]
pub struct SpanState(Span);

#[derive(Debug)]
enum Span {
    Waiting { parent: Parent, site: &'static SpanSite },
    Running(TaskSpan),
    Ended,
}

type SpanCall = Call<TaskSpan, NoMetrics>;

// Out of line, all of them: they are the same for every function.
impl SpanState {
    /// A span that will start below what is current here.
    #[inline(never)]
    pub fn here(site: &'static SpanSite) -> Self {
        Self::below(Parent::current(), site)
    }

    /// A span that will start below `parent`.
    pub fn below(parent: Parent, site: &'static SpanSite) -> Self {
        Self(Span::Waiting { parent, site })
    }

    /// Makes the span current for a poll, and starts it before if this is the first one.
    #[inline(never)]
    fn enter(&mut self) -> Seat {
        match &mut self.0 {
            Span::Running(span) => span.enter(),
            Span::Waiting { .. } | Span::Ended => self.begin(),
        }
    }

    #[inline(never)]
    fn begin(&mut self) -> Seat {
        let Span::Waiting { parent, site } = mem::replace(&mut self.0, Span::Ended) else {
            return Seat::Nothing;
        };
        let mut span = TaskSpan::start(site, parent);
        let seat = span.enter();
        self.0 = Span::Running(span);
        seat
    }

    /// Makes current what was before a poll, after which the call goes on.
    #[inline(never)]
    fn leave(&self, seat: Seat) {
        if let Span::Running(span) = &self.0 {
            span.leave(seat);
        }
    }

    /// Ends a call that goes on.
    #[inline(never)]
    fn end(&mut self, outcome: Outcome, seat: Seat) -> Ending {
        match mem::replace(&mut self.0, Span::Ended) {
            Span::Running(span) => {
                let attached = span.attached(seat);
                Ending { call: Some(Prepared::new(span, NoMetrics).end(outcome)), _attached: attached }
            }
            Span::Waiting { .. } | Span::Ended => Ending { call: None, _attached: Attached::NONE },
        }
    }

    /// Makes the span current for the destructors of a future that is dropped, which cancels the call if it goes on.
    #[inline(never)]
    fn cancel(&mut self) -> Ending {
        let seat = if let Span::Running(span) = &mut self.0 { span.enter() } else { Seat::Nothing };
        self.end(Outcome::Cancelled, seat)
    }
}

/// The end of a call, if it went on: the span is current until it has ended.
struct Ending {
    call: Option<SpanCall>,
    // Dropped last.
    _attached: Attached,
}

impl Ending {
    /// The call, after the future has returned a value. If the inspection of the value unwinds, the call panicked.
    fn returned(&mut self) -> Option<&mut SpanCall> {
        let call = self.call.as_mut()?;
        call.unwinding = thread::panicking();
        Some(call)
    }
}

/// A poll of a future inside its span, which ends the call as a panic if it unwinds.
///
/// After the end of the call it does nothing, so that a future which is polled again answers as it would without us.
struct Polling<'a> {
    span: &'a mut SpanState,
    seat: Seat,
}

impl<'a> Polling<'a> {
    #[inline]
    fn new(span: &'a mut SpanState) -> Self {
        Self { seat: span.enter(), span }
    }

    /// The future is not ready.
    #[inline]
    fn suspend(mut self) {
        self.span.leave(mem::take(&mut self.seat));
        mem::forget(self);
    }

    /// The future has returned a value.
    #[inline]
    fn end(mut self) -> Ending {
        let ending = self.span.end(Outcome::Ok, mem::take(&mut self.seat));
        mem::forget(self);
        ending
    }
}

impl Drop for Polling<'_> {
    /// The poll has unwound.
    #[inline(never)]
    fn drop(&mut self) {
        drop(self.span.end(Outcome::Panic, mem::take(&mut self.seat)));
    }
}

pin_project! {
    /// A future with a span, which starts with the first poll, and ends when the future is ready, unwinds or is dropped.
    #[must_use = "futures do nothing unless polled"]
    pub struct TracedSpan<F, I> {
        // None only while it is dropped.
        #[pin]
        future: Option<F>,
        inspect: I,
        span: SpanState,
    }

    impl<F, I> PinnedDrop for TracedSpan<F, I> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _ending = this.span.cancel();
            // What the future holds is dropped inside its span, and spans that it has open end before.
            this.future.set(None);
        }
    }
}

/// Records a span for `future`; `inspect` sees what it returns.
#[inline]
pub fn traced_span<F, I>(span: SpanState, future: F, inspect: I) -> TracedSpan<F, I>
where
    F: Future,
    I: Inspection<F::Output, TaskSpan, NoMetrics> + Copy,
{
    TracedSpan { future: Some(future), inspect, span }
}

impl<F, I> Future for TracedSpan<F, I>
where
    F: Future,
    I: Inspection<F::Output, TaskSpan, NoMetrics> + Copy,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // It is there until it is dropped.
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let polling = Polling::new(this.span);
        let polled = future.poll(task);
        match &polled {
            Poll::Pending => polling.suspend(),
            Poll::Ready(output) => {
                let mut ending = polling.end();
                if let Some(call) = ending.returned() {
                    this.inspect.look(output, call);
                }
            }
        }
        polled
    }
}

impl<F: fmt::Debug, I> fmt::Debug for TracedSpan<F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracedSpan").field("future", &self.future).finish_non_exhaustive()
    }
}
