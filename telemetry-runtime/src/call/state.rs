//! Where an instrumented future or stream is between its polls.

use std::fmt;
use std::pin::Pin;

use pin_project_lite::pin_project;

use super::{Call, CallPart, start};
use crate::clock::Moment;
use crate::context::Attached;
use crate::outcome::Outcome;

/// The parts of an instrumented future's call, which began, and is held apart from the future between its polls.
#[derive(Debug)]
pub struct Prepared<S, M> {
    pub(super) span: S,
    metrics: M,
    pub(super) started: Moment,
}

impl<S: CallPart, M: CallPart> Prepared<S, M> {
    /// A call that begins now.
    #[inline]
    pub fn new(span: S, metrics: M) -> Self {
        Self { started: start(&span, &metrics), span, metrics }
    }

    /// Makes the call's span current for one poll.
    #[inline]
    pub(super) fn attach(&mut self) -> Attached {
        self.span.attach()
    }

    pub(super) fn is_timed(&self) -> bool {
        self.span.is_timed() || self.metrics.is_timed()
    }

    /// Whether a part of the call records the texts of an error.
    pub(super) fn wants_texts(&self) -> bool {
        self.span.wants_texts() || self.metrics.wants_texts()
    }

    pub(super) fn end(self, outcome: Outcome) -> Call<S, M> {
        // With `unwinding` set the outcome stays what it is: a future that is dropped because something else
        // unwinds was cancelled.
        Call::resume(self.span, self.metrics, self.started, outcome, true)
    }
}

/// What a future or stream adds to the end of its call.
pub(super) trait Ending {
    /// Ends the call.
    fn end<S: CallPart, M: CallPart>(&mut self, call: Prepared<S, M>, outcome: Outcome) -> Call<S, M>;
}

/// A future adds nothing: what it returns is inspected afterwards.
impl Ending for () {
    fn end<S: CallPart, M: CallPart>(&mut self, call: Prepared<S, M>, outcome: Outcome) -> Call<S, M> {
        call.end(outcome)
    }
}

/// A call that goes on, and the inspection of its result; none after the end.
pub(super) type InCall<S, M, I> = Option<(Prepared<S, M>, I)>;

/// How a call and what is polled in it come to be.
pub trait Begin<C, S, M, T> {
    /// Begins the call.
    fn begin(self, context: C) -> (Prepared<S, M>, T);
}

/// The future is made where its call begins: until then its arguments are needed.
impl<C, S, M, T, B: FnOnce(C) -> (Prepared<S, M>, T)> Begin<C, S, M, T> for B {
    #[inline]
    fn begin(self, context: C) -> (Prepared<S, M>, T) {
        self(context)
    }
}

/// What waits for its first poll, and what makes the parts of its call then.
#[derive(Debug)]
pub struct Made<T, B> {
    pub(super) inner: T,
    pub(super) begin: B,
}

impl<C, S, M, T, B: FnOnce(C) -> Prepared<S, M>> Begin<C, S, M, T> for Made<T, B> {
    #[inline]
    fn begin(self, context: C) -> (Prepared<S, M>, T) {
        ((self.begin)(context), self.inner)
    }
}

pin_project! {
    /// One place for what is needed before the first poll and for what is needed from then on, so that a wrapped future
    /// holds its arguments once.
    #[project = Projected]
    #[project_replace = Replaced]
    pub(super) enum State<C, S, M, T, B, I> {
        Waiting {
            context: C,
            begin: B,
            inspect: I,
        },
        Running {
            #[pin]
            inner: T,
            call: InCall<S, M, I>,
        },
        // While one state is made of another.
        Empty,
    }
}

impl<C, S, M, T, B, I> State<C, S, M, T, B, I>
where
    S: CallPart,
    M: CallPart,
    B: Begin<C, S, M, T>,
{
    #[inline]
    pub(super) fn new(context: C, begin: B, inspect: I) -> Self {
        Self::Waiting { context, begin, inspect }
    }

    /// What is polled, and its call. The call begins if it has not yet.
    ///
    /// # Panics
    ///
    /// If the beginning panicked before: an expression in the attribute did, and there is nothing to poll.
    #[inline]
    pub(super) fn begun(mut self: Pin<&mut Self>) -> (Pin<&mut T>, &mut InCall<S, M, I>) {
        // Not by a reference to the whole, which would also be one to a future that borrows from itself.
        if matches!(self.as_mut().project(), Projected::Waiting { .. })
            && let Replaced::Waiting { context, begin, inspect } = self.as_mut().project_replace(Self::Empty)
        {
            let (prepared, inner) = begin.begin(context);
            self.set(Self::Running { inner, call: Some((prepared, inspect)) });
        }
        match self.project() {
            Projected::Running { inner, call } => (inner, call),
            Projected::Waiting { .. } | Projected::Empty => panic!("polled again after a panic"),
        }
    }
}

impl<C, S: CallPart, M: CallPart, T, B, I> State<C, S, M, T, B, I> {
    /// Ends a call that still goes on. What was polled is dropped before, inside the span, so that spans that it has open
    /// end first.
    pub(super) fn cancel(mut self: Pin<&mut Self>, ending: &mut impl Ending) {
        let Projected::Running { call, .. } = self.as_mut().project() else { return };
        let Some((mut prepared, _)) = call.take() else { return };
        let attached = prepared.attach();
        let call = ending.end(prepared, Outcome::Cancelled);
        self.set(Self::Empty);
        drop(attached);
        drop(call);
    }
}

/// One poll, which ends the call as a panic if it unwinds.
pub(super) struct Polling<'a, S: CallPart, M: CallPart, I, E: Ending> {
    call: &'a mut InCall<S, M, I>,
    ending: &'a mut E,
}

impl<'a, S: CallPart, M: CallPart, I, E: Ending> Polling<'a, S, M, I, E> {
    #[inline]
    pub(super) fn new(call: &'a mut InCall<S, M, I>, ending: &'a mut E) -> Self {
        Self { call, ending }
    }

    /// Shows what adds to the end of the call something that the poll gave.
    pub(super) fn show(&mut self, show: impl FnOnce(&mut E, &Prepared<S, M>, &mut I)) {
        if let Some((prepared, inspect)) = self.call {
            show(self.ending, prepared, inspect);
        }
    }

    /// The poll came back; gives the call if that is its end.
    #[inline]
    pub(super) fn over(self, ended: bool) -> Option<(Prepared<S, M>, I)> {
        let call = ended.then(|| self.call.take()).flatten();
        std::mem::forget(self);
        call
    }
}

impl<S: CallPart, M: CallPart, I, E: Ending> Drop for Polling<'_, S, M, I, E> {
    fn drop(&mut self) {
        if let Some((prepared, _)) = self.call.take() {
            drop(self.ending.end(prepared, Outcome::Panic));
        }
    }
}

impl<C, S, M, T: fmt::Debug, B, I> fmt::Debug for State<C, S, M, T, B, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { .. } => f.write_str("Waiting"),
            Self::Running { inner, .. } => f.debug_tuple("Running").field(inner).finish(),
            Self::Empty => f.write_str("Empty"),
        }
    }
}
