// Calls: 5 ok, 1 error.
use std::pin::Pin;

use shapes::prelude::*;

#[derive(Default)]
struct Request {
    name: Option<String>,
    retries: u32,
}

impl Request {
    #[shape]
    fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    #[shape]
    async fn send(self) -> Result<String, u32> {
        pending_once().await;
        self.name.ok_or(self.retries)
    }
}

impl IntoFuture for Request {
    type Output = Result<String, u32>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

#[shape]
async fn both(
    first: Request,
    second: impl IntoFuture<Output = Result<String, u32>>,
) -> (Option<String>, u32) {
    let first = first.await.ok();
    (first, second.await.err().unwrap_or_default())
}

pub(super) fn run() {
    let named = Request::default().name("a");
    show("both", block_on(both(named, Request { retries: 3, name: None })));
    show("awaited", block_on(async { Request::default().name("b").await }));
}
