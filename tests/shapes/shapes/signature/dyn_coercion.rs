// Calls: 8 ok, 1 error.
// Also known as x45_dyn_coerce.
#![allow(clippy::needless_lifetimes, clippy::unnecessary_wraps, clippy::unused_async)]

use std::fmt::Display;

use shapes::prelude::*;

#[shape]
fn plain(number: bool) -> Box<dyn Display> {
    if number { Box::new(1) } else { Box::new("text") }
}

#[shape]
fn early(number: bool) -> Result<Box<dyn Display>, ()> {
    if number {
        return Ok(Box::new(1));
    }
    Ok(Box::new("text"))
}

#[shape]
fn reference<'a>(text: &'a String) -> &'a dyn Display {
    text
}

#[shape]
fn slice() -> Box<[u8]> {
    Box::new([1, 2])
}

#[shape]
async fn tail() -> Box<dyn Display> {
    pending_once().await;
    Box::new(1)
}

#[shape]
async fn checked(number: bool) -> Result<Box<dyn Display + Send>, Box<dyn std::error::Error + Send + Sync>> {
    if number {
        return Ok(Box::new(1));
    }
    let number: u32 = "x".parse()?;
    Ok(Box::new(number))
}

pub(super) fn run() {
    note(plain(true));
    note(plain(false));
    show("early", early(true).map(|value| value.to_string()));
    show("early", early(false).map(|value| value.to_string()));
    note(reference(&String::from("x")));
    show("slice", slice());
    note(block_on(tail()));
    show(
        "checked",
        block_on(checked(true)).map(|value| value.to_string()).map_err(|error| error.to_string()),
    );
    show(
        "checked",
        block_on(checked(false)).map(|value| value.to_string()).map_err(|error| error.to_string()),
    );
}
