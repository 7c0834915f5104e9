// Calls: 8 ok, 1 error.
// Also known as x44_collect_inference.
#![allow(clippy::unnecessary_wraps)]

use std::collections::{BTreeMap, HashMap};

use shapes::prelude::*;

#[shape]
fn collected(n: u32) -> Vec<u64> {
    (0..n).map(Into::into).collect()
}

#[shape]
fn map(words: &[&'static str]) -> BTreeMap<usize, Vec<&'static str>> {
    let mut map = BTreeMap::<_, Vec<_>>::new();
    for word in words {
        map.entry(word.len()).or_default().push(*word);
    }
    map
}

#[shape]
fn literal() -> Result<u64, ()> {
    Ok(42)
}

#[shape]
fn gathered(texts: &[&str]) -> Result<Vec<i64>, std::num::ParseIntError> {
    texts.iter().map(|text| text.parse()).collect()
}

#[shape]
fn converted(text: &str) -> Box<str> {
    text.into()
}

#[shape]
fn parsed(text: &str) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

#[shape]
fn empty<T: Default, E>() -> Result<T, E> {
    Ok(Default::default())
}

#[shape]
async fn later(n: u8) -> Result<HashMap<u8, i64>, String> {
    pending_once().await;
    Ok((0..n).map(|n| (n, n.into())).collect())
}

#[shape]
async fn summed(n: u8) -> u16 {
    pending_once().await;
    (0..n).map(u16::from).sum()
}

pub(super) fn run() {
    show("collected", collected(3));
    show("map", map(&["a", "bc", "d"]));
    show("literal", literal());
    show("gathered", gathered(&["1", "-2"]));
    show("converted", converted("x"));
    show("parsed", parsed("300"));
    show("empty", empty::<Vec<u8>, ()>());
    show("later", block_on(later(2)).map(|map| map.len()));
    show("summed", block_on(summed(4)));
}
