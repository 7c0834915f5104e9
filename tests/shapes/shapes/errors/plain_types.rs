// Calls: 8 ok, 8 error.
#![allow(clippy::type_complexity)]

use std::borrow::Cow;

use shapes::prelude::*;

#[shape]
fn unit(n: u32) -> Result<u32, ()> {
    if n > 1 { Err(()) } else { Ok(n) }
}

#[shape]
fn string(n: u32) -> Result<u32, String> {
    if n > 1 { Err(n.to_string()) } else { Ok(n) }
}

#[shape]
fn text(n: u32) -> Result<u32, &'static str> {
    if n > 1 { Err("two") } else { Ok(n) }
}

#[shape]
fn cow(n: u32) -> Result<u32, Cow<'static, str>> {
    if n > 1 { Err(format!("{n}").into()) } else { Ok(n) }
}

#[shape]
fn pair(n: u32) -> Result<(), (u32, Noisy)> {
    if n > 1 { Err((n, Noisy("error"))) } else { Ok(()) }
}

#[shape]
fn boxed(n: u32) -> Result<u32, Box<u32>> {
    if n > 1 { Err(Box::new(n)) } else { Ok(n) }
}

#[shape]
fn array(n: u8) -> Result<[u8; 3], [u8; 3]> {
    if n > 1 { Err([n; 3]) } else { Ok([0; 3]) }
}

#[shape]
fn function(n: u32) -> Result<fn(u32) -> u32, fn() -> u32> {
    if n > 1 { Err(|| 5) } else { Ok(|n| n) }
}

pub(super) fn run() {
    show("unit", [1, 2].map(unit));
    show("string", [1, 2].map(string));
    show("text", [1, 2].map(text));
    show("cow", [1, 2].map(cow));
    show("pair", [1, 2].map(pair));
    show("boxed", [1, 2].map(boxed));
    show("array", [1, 2].map(array));
    show("function", [1, 2].map(|n| function(n).map(|f| f(3)).map_err(|f| f())));
}
