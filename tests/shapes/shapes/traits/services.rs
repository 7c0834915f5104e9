// Calls: 9 ok, 3 error.
use std::pin::Pin;
use std::task::{Context, Poll};

use shapes::prelude::*;

/// The trait of the crate `tower`.
trait Service<Request> {
    type Response;
    type Error;
    type Future: Future<Output = Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<Result<(), Self::Error>>;
    fn call(&mut self, request: Request) -> Self::Future;
}

struct Lengths;

impl<'r> Service<&'r str> for Lengths {
    type Response = usize;
    type Error = String;
    type Future = Pin<Box<dyn Future<Output = Result<usize, String>> + Send + 'r>>;

    #[shape]
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), String>> {
        Poll::Ready(Ok(()))
    }

    #[shape]
    fn call(&mut self, request: &'r str) -> Self::Future {
        Box::pin(async move {
            pending_once().await;
            if request.is_empty() { Err("empty".to_owned()) } else { Ok(request.len()) }
        })
    }
}

struct Counted<S> {
    inner: S,
    left: u32,
}

impl<R, S> Service<R> for Counted<S>
where
    S: Service<R, Error: From<String>>,
{
    type Response = (u32, S::Response);
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>>>>;

    #[shape]
    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        let Some(left) = self.left.checked_sub(1) else { return Poll::Ready(Err("over".to_owned().into())) };
        self.left = left;
        self.inner.poll_ready(task)
    }

    #[shape]
    fn call(&mut self, request: R) -> Self::Future {
        drop(request);
        let left = self.left;
        Box::pin(async move { Err(format!("{left} left").into()) })
    }
}

#[shape]
async fn oneshot<R, S: Service<R>>(service: &mut S, request: R) -> Result<S::Response, S::Error> {
    std::future::poll_fn(|task| service.poll_ready(task)).await?;
    service.call(request).await
}

pub(super) fn run() {
    show("lengths", (block_on(oneshot(&mut Lengths, "ab")), block_on(oneshot(&mut Lengths, ""))));
    let mut counted = Counted { inner: Lengths, left: 1 };
    show("counted", (block_on(oneshot(&mut counted, "a")), block_on(oneshot(&mut counted, "b"))));
}
