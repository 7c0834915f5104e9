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
    fn enter(&mut self) -> InSpan<'_> {
        if let Span::Waiting { .. } = self.0
            && let Span::Waiting { parent, site } = mem::replace(&mut self.0, Span::Ended)
        {
            self.0 = Span::Running(TaskSpan::start(site, parent));
        }
        let attached = self.attach();
        InSpan { _attached: attached, call: None, suspended: false, span: self }
    }

    /// Makes the span current for the destructors of a future that is dropped, which cancels the call if it goes on.
    #[inline(never)]
    fn cancel(&mut self) -> InSpan<'_> {
        let attached = self.attach();
        let call = if let Span::Running(_) = self.0 { self.end(Outcome::Cancelled) } else { None };
        InSpan { _attached: attached, call, suspended: true, span: self }
    }

    fn attach(&mut self) -> Attached {
        match &mut self.0 {
            Span::Running(span) => span.attach(),
            Span::Waiting { .. } | Span::Ended => Attached::NONE,
        }
    }

    /// The call to be ended, if it goes on.
    fn end(&mut self, outcome: Outcome) -> Option<SpanCall> {
        match mem::replace(&mut self.0, Span::Ended) {
            Span::Running(span) => Some(Prepared::new(span, NoMetrics).end(outcome)),
            Span::Waiting { .. } | Span::Ended => None,
        }
    }
}

/// The time that a future spends inside its span: in a poll, or in its destructor. It ends the call if that is over then.
///
/// After the end of the call it does nothing, so that a future which is polled again answers as it would without us.
struct InSpan<'a> {
    span: &'a mut SpanState,
    /// The call, if it has ended.
    call: Option<SpanCall>,
    /// Whether the call goes on. Where neither is so, the poll has unwound.
    suspended: bool,
    _attached: Attached,
}

impl InSpan<'_> {
    /// The call, after the future has returned a value. If the inspection of the value unwinds, the call panicked.
    #[inline(never)]
    fn returned(&mut self) -> Option<&mut SpanCall> {
        self.suspended = true;
        let mut call = self.span.end(Outcome::Ok)?;
        call.unwinding = thread::panicking();
        Some(self.call.insert(call))
    }
}

impl Drop for InSpan<'_> {
    #[inline(never)]
    fn drop(&mut self) {
        // What is attached is dropped after this: the span is current until it has ended.
        if self.suspended {
            // Where it is: to take it out would move all of it.
            self.call = None;
        } else {
            drop(self.span.end(Outcome::Panic));
        }
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
            let _in_span = this.span.cancel();
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
        let mut in_span = this.span.enter();
        let polled = future.poll(task);
        match &polled {
            Poll::Pending => in_span.suspended = true,
            Poll::Ready(output) => {
                if let Some(call) = in_span.returned() {
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
