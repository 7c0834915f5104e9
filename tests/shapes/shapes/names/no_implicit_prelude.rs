// Calls: 5 ok, 1 error.
// Also known as x34_no_implicit_prelude.
#![allow(clippy::unnecessary_wraps)]
#![no_implicit_prelude]

use ::core::result::Result::{self, Err, Ok};
use ::shapes::prelude::*;

#[shape]
fn sync(a: u32, b: u32) -> u32 {
    a + b
}

#[shape]
fn fallible(n: u32) -> Result<u32, &'static str> {
    if n > 1 {
        return Err("too much");
    }
    Ok(n)
}

#[shape]
fn straight(n: u32) -> Result<u32, ()> {
    Ok(n)
}

#[shape]
fn optional(n: u32) -> ::core::option::Option<u32> {
    let n = u32::checked_sub(n, 1)?;
    ::core::option::Option::Some(n)
}

pub(super) fn run() {
    show("sync", sync(1, 2));
    show("fallible", [fallible(1), fallible(2)]);
    show("straight", straight(1));
    show("optional", [optional(0), optional(1)]);
}
