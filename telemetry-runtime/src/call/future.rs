//! The wrapper around an instrumented future.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, thread};

use pin_project_lite::pin_project;

use super::inspect::Inspection;
use super::state::{Begin, Made, Polling, Prepared, State};
use super::{Call, CallPart};
use crate::outcome::Outcome;

pin_project! {
    /// A future whose call is recorded: it begins with the first poll, and ends when the future is ready, unwinds or is
    /// dropped. One that is never polled records nothing.
    #[must_use = "futures do nothing unless polled"]
    pub struct Traced<C, S: CallPart, M: CallPart, F, B, I> {
        #[pin]
        state: State<C, S, M, F, B, I>,
    }

    impl<C, S: CallPart, M: CallPart, F, B, I> PinnedDrop for Traced<C, S, M, F, B, I> {
        fn drop(this: Pin<&mut Self>) {
            this.project().state.cancel(&mut ());
        }
    }
}

/// Records the call of the future that `begin` makes at the first poll, together with the call's parts.
///
/// `context` is what the call knows of the place where it was written, and `begin` takes it; `inspect` sees what the
/// future returns.
#[inline]
pub fn traced_lazily<C, S, M, F, B, I>(context: C, begin: B, inspect: I) -> Traced<C, S, M, F, B, I>
where
    S: CallPart,
    M: CallPart,
    F: Future,
    B: FnOnce(C) -> (Prepared<S, M>, F),
    I: FnOnce(&F::Output, &mut Call<S, M>),
{
    Traced { state: State::new(context, begin, inspect) }
}

/// The same for a future that needs nothing of what the parts are made of.
#[inline]
pub fn traced<C, S, M, F, B, I>(
    context: C,
    future: F,
    begin: B,
    inspect: I,
) -> Traced<C, S, M, F, Made<F, B>, I>
where
    S: CallPart,
    M: CallPart,
    F: Future,
    B: FnOnce(C) -> Prepared<S, M>,
    I: FnOnce(&F::Output, &mut Call<S, M>),
{
    Traced { state: State::new(context, Made { inner: future, begin }, inspect) }
}

impl<C, S, M, F, B, I> Future for Traced<C, S, M, F, B, I>
where
    S: CallPart,
    M: CallPart,
    F: Future,
    B: Begin<C, S, M, F>,
    I: Inspection<F::Output, S, M>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let (future, call) = self.project().state.begun();
        let Some((prepared, _)) = call.as_mut() else {
            // Polled after the end: the future answers as it would without us.
            return future.poll(task);
        };
        let attached = prepared.attach();
        let mut nothing = ();
        let polling = Polling::new(call, &mut nothing);
        let polled = future.poll(task);
        let ended = polling.over(polled.is_ready());
        if let (Poll::Ready(output), Some((prepared, inspect))) = (&polled, ended) {
            let mut call = prepared.end(Outcome::Ok);
            // From here on it is as in a function: if the inspection of the result unwinds, the call panicked.
            call.unwinding = thread::panicking();
            inspect.look(output, &mut call);
        }
        drop(attached);
        polled
    }
}

impl<C, S: CallPart, M: CallPart, F: fmt::Debug, B, I> fmt::Debug for Traced<C, S, M, F, B, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traced").field("state", &self.state).finish()
    }
}
