//! Futures and streams of a query, polled inside its span.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;
use sqlx_core::error::Error;

use super::call::QueryCall;

pin_project! {
    /// What runs a query, and the query's telemetry. Dropped before the end, the query was cancelled.
    pub(super) struct Recording<T> {
        #[pin]
        inner: T,
        call: QueryCall,
    }
}

impl<T> Recording<T> {
    pub(super) fn new(inner: T, call: QueryCall) -> Self {
        Self { inner, call }
    }
}

impl<T, R> Future for Recording<T>
where
    T: Future<Output = Result<R, Error>>,
{
    type Output = Result<R, Error>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<R, Error>> {
        let this = self.project();
        let inner = this.inner;
        let polled = this.call.run(|| inner.poll(task));
        match &polled {
            Poll::Ready(Ok(_)) => this.call.complete(),
            Poll::Ready(Err(error)) => this.call.fail(error),
            Poll::Pending => {}
        }
        polled
    }
}

impl<T, R> Stream for Recording<T>
where
    T: Stream<Item = Result<R, Error>>,
{
    type Item = Result<R, Error>;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        let this = self.project();
        let inner = this.inner;
        let polled = this.call.run(|| inner.poll_next(task));
        match &polled {
            Poll::Ready(None) => this.call.complete(),
            Poll::Ready(Some(Err(error))) => this.call.fail(error),
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
