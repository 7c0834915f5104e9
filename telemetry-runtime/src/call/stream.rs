//! The wrapper around an instrumented stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::state::{Ending, Made, Polling, Prepared, State};
use super::{Call, CallEnd, CallPart};
use crate::clock::Moment;
use crate::outcome::{ErrorInfo, Outcome};

/// What a stream gave so far.
#[derive(Debug, Default)]
pub struct Items {
    pub(crate) count: u64,
    /// When the first one came.
    pub(crate) first: Option<Moment>,
    /// The last one that was an error. In a box, because few streams have one and all keep its place.
    error: Option<Box<ErrorInfo>>,
}

pin_project! {
    /// A stream whose call is recorded: it begins with the first poll, and ends when the stream does, unwinds or is dropped.
    /// One that is never polled records nothing.
    #[must_use = "streams do nothing unless polled"]
    pub struct TracedStream<C, S: CallPart, M: CallPart, T, B, I> {
        #[pin]
        state: State<C, S, M, T, Made<T, B>, I>,
        items: Items,
    }

    impl<C, S: CallPart, M: CallPart, T, B, I> PinnedDrop for TracedStream<C, S, M, T, B, I> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.cancel(this.items);
        }
    }
}

/// Records the call of `stream`, which `begin` makes the parts of at the first poll.
///
/// `context` is what the call knows of the place where it was written, and `begin` takes it; `inspect` sees each item.
#[inline]
pub fn traced_stream<C, S, M, T, B, I>(
    context: C,
    stream: T,
    begin: B,
    inspect: I,
) -> TracedStream<C, S, M, T, B, I>
where
    S: CallPart,
    M: CallPart,
    T: Stream,
    B: FnOnce(C) -> Prepared<S, M>,
    I: FnMut(&T::Item, &mut CallEnd),
{
    TracedStream {
        state: State::new(context, Made { inner: stream, begin }, inspect),
        items: Items::default(),
    }
}

impl Items {
    /// Counts an item, and keeps what is wrong with it.
    fn add<T, S: CallPart, M: CallPart>(
        &mut self,
        item: &T,
        call: &Prepared<S, M>,
        inspect: &mut impl FnMut(&T, &mut CallEnd),
    ) {
        self.count += 1;
        if self.count == 1 {
            self.first = call.is_timed().then(Moment::now);
        }
        let mut seen = CallEnd::new(Outcome::Ok, call.started, call.wants_texts());
        inspect(item, &mut seen);
        // An expected error is an item like any other.
        if seen.outcome == Outcome::Error
            && let Some(error) = seen.error
        {
            self.error = Some(Box::new(error));
        }
    }
}

impl Ending for Items {
    /// A stream that gave an error ends with it, also where its reader stops there.
    fn end<S: CallPart, M: CallPart>(&mut self, call: Prepared<S, M>, outcome: Outcome) -> Call<S, M> {
        call.span.add_items(self);
        let mut call = call.end(outcome);
        if let Some(error) = self.error.take()
            && outcome != Outcome::Panic
        {
            call.fail_with(*error);
        }
        call
    }
}

impl<C, S, M, T, B, I> Stream for TracedStream<C, S, M, T, B, I>
where
    S: CallPart,
    M: CallPart,
    T: Stream,
    B: FnOnce(C) -> Prepared<S, M>,
    I: FnMut(&T::Item, &mut CallEnd),
{
    type Item = T::Item;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<T::Item>> {
        let this = self.project();
        let (stream, call) = this.state.begun();
        let Some((prepared, _)) = call.as_mut() else {
            // Polled after the end: the stream answers as it would without us.
            return stream.poll_next(task);
        };
        let attached = prepared.attach();
        let mut polling = Polling::new(call, this.items);
        let polled = stream.poll_next(task);
        if let Poll::Ready(Some(item)) = &polled {
            polling.show(|items, prepared, inspect| items.add(item, prepared, inspect));
        }
        if let Some((prepared, _)) = polling.over(matches!(polled, Poll::Ready(None))) {
            drop(this.items.end(prepared, Outcome::Ok));
        }
        drop(attached);
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.state {
            State::Waiting { begin, .. } => begin.inner.size_hint(),
            State::Running { inner, .. } => inner.size_hint(),
            State::Empty => (0, None),
        }
    }
}

impl<C, S: CallPart, M: CallPart, T: fmt::Debug, B, I> fmt::Debug for TracedStream<C, S, M, T, B, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracedStream").field("state", &self.state).finish_non_exhaustive()
    }
}
