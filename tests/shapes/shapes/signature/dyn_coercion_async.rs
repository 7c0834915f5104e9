// Calls: 7 ok, 2 error.
// Also known as x45_dyn_coerce.
#![allow(clippy::unused_async)]

use std::error::Error;
use std::fmt::{Debug, Display};
use std::sync::Arc;

use shapes::prelude::*;

#[shape]
async fn boxed(n: u32) -> Box<dyn Debug> {
    pending_once().await;
    Box::new(n)
}

#[shape]
async fn either(text: &str) -> Box<dyn Display + '_> {
    if text.is_empty() {
        return Box::new(0_u8);
    }
    pending_once().await;
    Box::new(text)
}

#[shape]
async fn fallible(text: &str) -> Result<Arc<dyn Debug>, Box<dyn Error + Send + Sync>> {
    let n: u32 = text.parse()?;
    if n > 1 {
        return Err("too much".into());
    }
    Ok(Arc::new(n))
}

#[shape]
async fn slice() -> &'static [u32] {
    pending_once().await;
    &[1, 2, 3]
}

#[shape]
async fn pointer(plus: bool) -> fn(u32) -> u32 {
    if plus {
        return |n| n + 1;
    }
    |n| n
}

pub(super) fn run() {
    show("boxed", block_on(boxed(1)));
    show("either", [block_on(either("")).to_string(), block_on(either("x")).to_string()]);
    show("fallible", block_on(fallible("1")).is_ok());
    show("fallible", (block_on(fallible("x")).is_err(), block_on(fallible("2")).is_err()));
    show("slice", block_on(slice()));
    show("pointer", (block_on(pointer(true))(1), block_on(pointer(false))(1)));
}
