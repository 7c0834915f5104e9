//! The body of a response, with which the request ends.

use std::any::type_name;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::call::ServerCall;
use crate::span::End;

pin_project! {
    /// A response's body. The request's span and duration end with it: when its last part was taken, when it fails, or when it
    /// is dropped because the client has gone.
    #[derive(Debug)]
    pub struct ResponseBody<B: Body> {
        #[pin]
        inner: B,
        call: Option<ServerCall>,
        // How much of the announced length was not taken yet.
        left: Option<u64>,
    }

    impl<B: Body> PinnedDrop for ResponseBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // A server that has sent all of a known length need not ask whether there is more.
            let complete = *this.left == Some(0) || this.inner.is_end_stream();
            if let Some(call) = this.call.as_mut().filter(|_| complete) {
                call.complete();
            }
        }
    }
}

impl<B: Body> ResponseBody<B> {
    /// The body of a request that is not recorded.
    pub(super) fn passing(inner: B) -> Self {
        Self { inner, call: None, left: None }
    }

    /// The body of a response whose head was noted in `call`.
    pub(super) fn new(inner: B, headers: &HeaderMap, mut call: ServerCall) -> Self {
        let announced = headers.get(CONTENT_LENGTH).and_then(length);
        let left = announced.or_else(|| inner.size_hint().exact());
        if call.has_no_body() || inner.is_end_stream() {
            call.complete();
        }
        Self { inner, call: Some(call), left }
    }
}

fn length(header: &HeaderValue) -> Option<u64> {
    header.to_str().ok()?.parse().ok()
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.project();
        let inner = this.inner;
        let Some(call) = this.call else {
            return inner.poll_frame(task);
        };
        let polled = call.run(|| inner.poll_frame(task));
        match &polled {
            Poll::Ready(None) => call.complete(),
            Poll::Ready(Some(Err(_))) => call.end(&End::Error(type_name::<B::Error>().into())),
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(data), Some(left)) = (frame.data_ref(), &mut *this.left) {
                    *left = left.saturating_sub(bytes::Buf::remaining(data) as u64);
                }
                if let Some(trailers) = frame.trailers_ref() {
                    call.trailers(trailers);
                    call.complete();
                }
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
