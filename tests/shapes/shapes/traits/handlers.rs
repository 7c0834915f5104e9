// Calls: 3 ok, 2 error.
use std::pin::Pin;

use shapes::prelude::*;

/// What a web framework asks of its handlers.
trait Handler<A> {
    fn handle(&self, argument: A) -> Pin<Box<dyn Future<Output = String> + '_>>;
}

trait Response {
    fn text(self) -> String;
}

impl Response for &'static str {
    fn text(self) -> String {
        self.to_owned()
    }
}

impl<T: Response, E: std::fmt::Display> Response for Result<T, E> {
    fn text(self) -> String {
        self.map_or_else(|error| error.to_string(), Response::text)
    }
}

impl<A, F, R> Handler<A> for F
where
    A: 'static,
    F: Fn(A) -> R,
    R: Future<Output: Response> + 'static,
{
    fn handle(&self, argument: A) -> Pin<Box<dyn Future<Output = String> + '_>> {
        let future = self(argument);
        Box::pin(async move { future.await.text() })
    }
}

#[shape]
async fn index((): ()) -> &'static str {
    pending_once().await;
    "index"
}

#[shape]
async fn item(id: u32) -> Result<&'static str, std::fmt::Error> {
    if id > 1 {
        return Err(std::fmt::Error);
    }
    Ok("item")
}

#[shape]
async fn mapped<A, F>(arguments: impl Iterator<Item = A>, function: fn(A) -> F) -> Vec<F::Output>
where
    F: Future,
{
    let mut outputs = Vec::new();
    for future in arguments.map(function).collect::<Vec<_>>() {
        outputs.push(future.await);
    }
    outputs
}

pub(super) fn run() {
    let routes: [&dyn Handler<u32>; 2] = [&item, &|_| async { "closure" }];
    show("routes", routes.map(|route| block_on(route.handle(2))));
    show("index", block_on(index.handle(())));
    show("mapped", block_on(mapped([1, 2].into_iter(), item)));
}
