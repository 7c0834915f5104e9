// Calls: 8 ok, 1 error.
// In the edition 2021, `impl Trait` captures types, and lifetimes only where they are written.
#![allow(clippy::manual_async_fn, clippy::elidable_lifetime_names)]

use std::future::Future;
use std::pin::Pin;

use shapes::prelude::*;

#[shape]
fn not_captured(text: &str) -> impl Future<Output = usize> {
    let length = text.len();
    async move {
        pending_once().await;
        length
    }
}

#[shape]
fn not_captured_elsewhere(text: &str) -> impl Future<Output = usize> {
    std::future::ready(text.len())
}

#[shape]
fn captured(text: &str) -> impl Future<Output = &str> + '_ {
    async move {
        pending_once().await;
        text
    }
}

#[shape]
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
}

#[shape]
fn counted<T: AsRef<str>>(text: T) -> impl Fn() -> usize {
    move || text.as_ref().len()
}

#[shape]
fn fallible<'a>(text: &'a str) -> Result<impl Iterator<Item = &'a str> + 'a, u32> {
    if text.is_empty() {
        return Err(1);
    }
    Ok(text.split(' '))
}

#[shape]
fn boxed(text: &str) -> Pin<Box<dyn Future<Output = usize>>> {
    let length = text.len();
    Box::pin(async move { length })
}

#[shape]
async fn returned(text: &str) -> impl Iterator<Item = char> + '_ {
    pending_once().await;
    text.chars().rev()
}

pub(super) fn run() {
    let text = "some text".to_owned();
    let futures = (not_captured(&text), not_captured_elsewhere(&text), boxed(&text));
    drop(text);
    show("not captured", (block_on(futures.0), block_on(futures.1), block_on(futures.2)));
    let text = "ab cd".to_owned();
    show("captured", block_on(captured(&text)));
    show("letters", letters(&text).count());
    show("counted", counted("x")());
    show("fallible", fallible(&text).map(Iterator::collect::<Vec<_>>));
    show("fallible", fallible("").is_err());
    show("returned", block_on(returned(&text)).collect::<String>());
    auto_traits!("not captured", not_captured(""));
}
