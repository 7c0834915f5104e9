// Calls: 19 ok, 1 error.
#![allow(clippy::type_complexity)]

use shapes::prelude::*;

static STEPS: [(&str, fn(u32) -> u32); 2] = [("double", double), ("next", next)];
const CHECK: for<'t> fn(&'t str) -> Result<&'t str, &'t str> = checked;

#[shape]
fn double(n: u32) -> u32 {
    n * 2
}

#[shape]
fn next(n: u32) -> u32 {
    n + 1
}

#[shape]
fn checked(text: &str) -> Result<&str, &str> {
    if text.is_empty() { Err("empty") } else { Ok(text) }
}

struct Word<'t>(&'t str);

impl<'t> Word<'t> {
    #[shape]
    fn new(text: &'t str) -> Self {
        Self(text)
    }

    #[shape]
    fn length(&self) -> usize {
        self.0.len()
    }
}

#[shape]
fn twice<T>(f: impl Fn(T) -> T) -> impl Fn(T) -> T {
    move |value| f(f(value))
}

#[shape]
async fn later(n: u32) -> u32 {
    pending_once().await;
    n
}

pub(super) fn run() {
    show("steps", STEPS.iter().fold(1, |n, (_, step)| step(n)));
    show("twice", twice(twice(double))(1));
    show("check", ["", "a"].map(CHECK));
    show("lengths", ["a", "bc"].into_iter().map(Word::new).map(|word| Word::length(&word)).sum::<usize>());
    show("function", size_of_val(&double));
    let functions: [Box<dyn Fn(u32) -> u32>; 2] = [Box::new(next), Box::new(twice(next))];
    show("boxed", functions.map(|function| function(1)));
    show("later", (0..2).map(later).map(block_on).sum::<u32>());
}
