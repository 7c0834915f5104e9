// Calls: 6 ok, 1 error.
use std::cell::Cell;
use std::rc::Rc;

use shapes::prelude::*;
use tokio::task::{JoinSet, LocalSet, spawn_local};

tokio::task_local! {
    static REQUEST: u32;
}

#[shape]
async fn local(count: Rc<Cell<u32>>, n: u32) -> Result<u32, Rc<str>> {
    count.set(count.get() + n);
    tokio::task::yield_now().await;
    if count.get() > 5 { Err("too many".into()) } else { Ok(count.get()) }
}

#[shape]
async fn request() -> u32 {
    tokio::task::yield_now().await;
    REQUEST.try_with(|request| *request).unwrap_or_default()
}

#[shape]
async fn all(count: u32) -> u32 {
    let mut tasks = (0..count).map(|n| REQUEST.scope(n, request())).collect::<JoinSet<_>>();
    let mut sum = 0;
    while let Some(value) = tasks.join_next().await {
        sum += value.unwrap_or(100);
    }
    sum
}

pub(super) fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let count = Rc::new(Cell::new(0));
    let tasks = LocalSet::new();
    let (one, other) = tasks.block_on(&runtime, async {
        let one = spawn_local(local(Rc::clone(&count), 3)).await;
        (one, spawn_local(local(Rc::clone(&count), 3)).await)
    });
    show("local", (one.ok(), other.ok(), Rc::strong_count(&count)));
    show("scoped", runtime.block_on(all(3)));
    show("unscoped", runtime.block_on(request()));
}
