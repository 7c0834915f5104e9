//! The wrapper around a future that a function returns, instead of being `async`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::future::{Prepared, Traced, untraced};
use super::{Call, CallPart};

pin_project! {
    /// A future whose call begins when it is polled first, so that one which never is records nothing.
    ///
    /// It can be moved wherever the future in it can, which an `async` block around it could not.
    #[must_use = "futures do nothing unless polled"]
    pub struct Deferred<S: CallPart, M: CallPart, F, I, P> {
        #[pin]
        traced: Traced<S, M, F, I>,
        // None after the first poll.
        prepare: Option<(P, I)>,
    }
}

/// Records the call of `future`, which `prepare` begins at the first poll: `inspect` sees what it returns.
#[inline]
pub fn deferred<S, M, F, I, P>(prepare: P, future: F, inspect: I) -> Deferred<S, M, F, I, P>
where
    S: CallPart,
    M: CallPart,
    F: Future,
    I: FnOnce(&F::Output, &mut Call<S, M>),
    P: FnOnce() -> Prepared<S, M>,
{
    Deferred { traced: untraced(future), prepare: Some((prepare, inspect)) }
}

impl<S, M, F, I, P> Future for Deferred<S, M, F, I, P>
where
    S: CallPart,
    M: CallPart,
    F: Future,
    I: FnOnce(&F::Output, &mut Call<S, M>),
    P: FnOnce() -> Prepared<S, M>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if let Some((prepare, inspect)) = this.prepare.take() {
            this.traced.as_mut().begin(prepare(), inspect);
        }
        this.traced.poll(task)
    }
}

impl<S: CallPart, M: CallPart, F: fmt::Debug, I, P> fmt::Debug for Deferred<S, M, F, I, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferred").field("traced", &self.traced).finish_non_exhaustive()
    }
}
