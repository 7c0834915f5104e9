// Calls: 4 ok, 1 error.
#![allow(clippy::needless_lifetimes)]

use std::collections::HashMap;

use shapes::prelude::*;

#[shape]
fn longest(text: &str) -> Option<&str> {
    let words: Vec<&str> = text.split(' ').collect();
    words.iter().copied().max_by_key(|word| word.len())
}

#[shape]
fn cached<'c>(cache: &'c mut HashMap<u32, String>, key: u32) -> Result<&'c str, std::fmt::Error> {
    if key == 0 {
        return Err(std::fmt::Error);
    }
    Ok(cache.entry(key).or_insert_with(|| format!("value {key}")))
}

#[shape]
fn split<'a>(values: &'a mut [u32], at: usize) -> (&'a mut [u32], &'a mut [u32]) {
    values.split_at_mut(at)
}

#[shape]
async fn across(text: &mut String) -> usize {
    let local = text.clone();
    let part = &local[1..];
    pending_once().await;
    text.push_str(part);
    text.len()
}

pub(super) fn run() {
    show("longest", longest("a bcd ef"));
    let mut cache = HashMap::new();
    show("cached", cached(&mut cache, 0));
    show("cached", cached(&mut cache, 1));
    let mut values = [1, 2, 3];
    let (left, right) = split(&mut values, 1);
    std::mem::swap(&mut left[0], &mut right[1]);
    show("values", values);
    let mut text = "xyz".to_owned();
    show("across", block_on(across(&mut text)));
}
