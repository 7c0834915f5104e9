//! The wrapper around a future whose call is a span and nothing else.
//!
//! Most annotated async functions have no more. Whatever is generic here is made again for each of them, so there is as
//! little of it as can be, and none of it that could unwind: the rest is about a [`SpanState`], which is one type.

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

/// Where the span of a future is between its polls. Dropping it cancels a call that goes on.
// Two words, which are returned in registers.
#[derive(Debug)]
pub struct SpanState(Span);

#[derive(Debug)]
enum Span {
    Waiting {
        parent: Parent,
        site: &'static SpanSite,
    },
    /// It runs, or it has ended, and then is none.
    Started(TaskSpan),
}

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
            Span::Started(span) => span.enter(),
            Span::Waiting { .. } => self.begin(),
        }
    }

    #[inline(never)]
    fn begin(&mut self) -> Seat {
        let Span::Waiting { parent, site } = mem::replace(&mut self.0, Span::Started(TaskSpan::NONE)) else {
            return Seat::Nothing;
        };
        let mut span = TaskSpan::start(site, parent);
        let seat = span.enter();
        self.0 = Span::Started(span);
        seat
    }

    /// Takes the span of a call that ends.
    #[inline]
    fn take(&mut self) -> TaskSpan {
        match &mut self.0 {
            Span::Started(span) => mem::replace(span, TaskSpan::NONE),
            Span::Waiting { .. } => TaskSpan::NONE,
        }
    }

    /// Makes the span current for the destructors of a future that is dropped while its call goes on.
    #[inline(never)]
    fn enter_last(&mut self) {
        if let Span::Started(span) = &mut self.0 {
            span.enter_last();
        }
    }
}

impl Drop for SpanState {
    /// What the future held was dropped before, inside its span, and spans that it had open have ended.
    #[inline(never)]
    fn drop(&mut self) {
        let mut span = self.take();
        let seat = span.last_seat();
        drop(Ending::new(span, Outcome::Cancelled, seat));
    }
}

/// The end of a call: its span is current until it has ended.
struct Ending {
    call: Call<TaskSpan, NoMetrics>,
    // Dropped last.
    _attached: Attached,
}

impl Ending {
    fn new(span: TaskSpan, outcome: Outcome, seat: Seat) -> Self {
        let attached = span.attached(seat);
        Self { call: Prepared::new(span, NoMetrics).end(outcome), _attached: attached }
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

    /// The future has answered: the call has ended well, or it goes on.
    #[inline(never)]
    fn answered(&mut self, is_ready: bool) {
        match &self.span.0 {
            Span::Started(span) if !is_ready => span.leave(&mut self.seat),
            _ => self.ended(),
        }
    }

    #[inline(never)]
    fn ended(&mut self) {
        drop(self.end(Outcome::Ok));
    }

    /// The future has returned a value of which there may be more to say.
    #[cold]
    #[inline(never)]
    fn returned<R, I: Inspection<R, TaskSpan, NoMetrics>>(&mut self, value: &R, inspect: I) {
        let mut ending = self.end(Outcome::Ok);
        // If the inspection of the value unwinds, the call panicked.
        ending.call.unwinding = thread::panicking();
        inspect.look(value, &mut ending.call);
    }

    #[inline]
    fn end(&mut self, outcome: Outcome) -> Ending {
        Ending::new(self.span.take(), outcome, mem::take(&mut self.seat))
    }
}

impl Drop for Polling<'_> {
    /// The poll has unwound.
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        drop(self.end(Outcome::Panic));
    }
}

pin_project! {
    /// A future with a span, which starts with the first poll, and ends when the future is ready, unwinds or is dropped.
    #[must_use = "futures do nothing unless polled"]
    pub struct TracedSpan<F, I> {
        #[pin]
        future: F,
        inspect: I,
        // Dropped last.
        span: SpanState,
    }

    impl<F, I> PinnedDrop for TracedSpan<F, I> {
        fn drop(this: Pin<&mut Self>) {
            if const { mem::needs_drop::<F>() } {
                this.project().span.enter_last();
            }
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
    TracedSpan { future, inspect, span }
}

impl<F, I> Future for TracedSpan<F, I>
where
    F: Future,
    I: Inspection<F::Output, TaskSpan, NoMetrics> + Copy,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut polling = Polling::new(this.span);
        let polled = this.future.poll(task);
        match &polled {
            Poll::Ready(value) if I::is_about(value) => polling.returned(value, *this.inspect),
            polled => polling.answered(polled.is_ready()),
        }
        mem::forget(polling);
        polled
    }
}

impl<F: fmt::Debug, I> fmt::Debug for TracedSpan<F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracedSpan").field("future", &self.future).finish_non_exhaustive()
    }
}
