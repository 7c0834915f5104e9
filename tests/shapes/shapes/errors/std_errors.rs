// Calls: 6 ok, 5 error.
#![allow(clippy::unnecessary_wraps)]

use std::convert::Infallible;
use std::{fmt, io};

use shapes::prelude::*;

#[shape]
fn in_out(fail: bool) -> io::Result<u32> {
    if fail {
        return Err(io::Error::other("broken"));
    }
    Ok(1)
}

#[shape]
fn formatted(fail: bool) -> fmt::Result {
    if fail { Err(fmt::Error) } else { Ok(()) }
}

#[shape]
fn never_fails(n: u32) -> Result<u32, Infallible> {
    Ok(n)
}

#[shape]
fn utf8(bytes: Vec<u8>) -> Result<String, std::string::FromUtf8Error> {
    let text = String::from_utf8(bytes)?;
    Ok(text)
}

#[shape]
async fn later(fail: bool) -> io::Result<()> {
    pending_once().await;
    in_out(fail)?;
    Ok(())
}

pub(super) fn run() {
    show("in out", (in_out(true), in_out(false)));
    show("formatted", (formatted(true), formatted(false)));
    show("never", never_fails(1));
    show("utf8", (utf8(vec![65]), utf8(vec![255])));
    show("later", (block_on(later(true)), block_on(later(false))));
    auto_traits!("later", later(true));
}
