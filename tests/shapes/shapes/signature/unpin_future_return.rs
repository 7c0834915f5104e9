// Calls: 4 ok, 1 error, 1 cancelled.
#![allow(clippy::elidable_lifetime_names, clippy::manual_async_fn)]

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Waker};

use shapes::prelude::*;

#[shape]
fn movable(n: u32) -> impl Future<Output = u32> + Unpin + Send + 'static {
    note("made");
    ready(n)
}

#[shape]
fn fallible(n: u32) -> impl Future<Output = Result<u32, Noisy>> + Unpin {
    let guard = Noisy("guard");
    Box::pin(async move {
        pending_once().await;
        if n > 1 { Err(guard) } else { Ok(n) }
    })
}

#[shape]
fn named(n: u32) -> Ready<Result<u32, u32>> {
    ready(if n > 1 { Err(n) } else { Ok(n) })
}

#[shape]
fn more_bounds<'t>(text: &'t str) -> impl Future<Output = &'t str> + Send + use<'t> {
    async move { text }
}

pub(super) fn run() {
    let mut future = movable(1);
    show("polled", Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop())));
    auto_traits!("movable", future);
    show("fallible", block_on(fallible(1)));
    show("fallible", block_on(fallible(2)));
    drop(fallible(2));
    drop_after(1, fallible(2));
    show("named", named(2).into_inner());
    show("more bounds", block_on(more_bounds("x")));
}
