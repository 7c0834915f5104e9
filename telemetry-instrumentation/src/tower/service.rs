//! The service around a server's service.

use std::any::type_name;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use telemetry_runtime::is_instrumentation_on;
use tower_service::Service;

use super::HttpServerLayer;
use super::body::ResponseBody;
use super::call::ServerCall;
use crate::span::End;

/// A service with telemetry; made by [`HttpServerLayer`].
#[derive(Clone, Debug)]
pub struct HttpServer<S> {
    inner: S,
    layer: HttpServerLayer,
}

impl<S> HttpServer<S> {
    pub(super) fn new(inner: S, layer: HttpServerLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, B, R> Service<Request<B>> for HttpServer<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if self.layer.excludes(request.uri().path()) || !is_instrumentation_on("http") {
            return ResponseFuture { inner: self.inner.call(request), call: None };
        }
        let mut call = ServerCall::begin(&request, self.layer.route_of(&request));
        let inner = call.run(|| self.inner.call(request));
        ResponseFuture { inner, call: Some(call) }
    }
}

pin_project! {
    /// The future of a response. Dropped before its end, the request was cancelled.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        call: Option<ServerCall>,
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let inner = this.inner;
        let Some(call) = this.call else {
            return inner.poll(task).map_ok(|response| response.map(ResponseBody::passing));
        };
        let Poll::Ready(result) = call.run(|| inner.poll(task)) else {
            return Poll::Pending;
        };
        let call = this.call.take();
        Poll::Ready(match (result, call) {
            (Ok(response), Some(mut call)) => {
                let (head, body) = response.into_parts();
                call.respond(head.status, &head.headers);
                let body = ResponseBody::new(body, &head.headers, call);
                Ok(Response::from_parts(head, body))
            }
            (Ok(response), None) => Ok(response.map(ResponseBody::passing)),
            (Err(error), call) => {
                if let Some(mut call) = call {
                    call.end(&End::Error(type_name::<E>().into()));
                }
                Err(error)
            }
        })
    }
}
