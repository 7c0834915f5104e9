// Calls: 3 ok, 1 error.
// Also known as x31d_shadow_ok_err.
#![allow(clippy::unnecessary_wraps, non_snake_case)]

use shapes::prelude::{block_on, pending_once, show};

fn Ok(n: u32) -> u32 {
    n + 1
}

fn Err(n: u32) -> u32 {
    n + 2
}

fn Some(n: u32) -> std::result::Result<u32, ()> {
    std::result::Result::Ok(n)
}

#[derive(Debug)]
struct None;

#[shape]
fn numbers(n: u32) -> u32 {
    Ok(n) + Err(n)
}

#[shape]
fn fallible(n: u32) -> std::result::Result<u32, None> {
    if n > 1 {
        return std::result::Result::Err(None);
    }
    let n = Some(n).map_err(|()| None)?;
    std::result::Result::Ok(Ok(n))
}

#[shape]
async fn later(n: u32) -> std::result::Result<u32, None> {
    pending_once().await;
    let n = Some(n).map_err(|()| None)?;
    std::result::Result::Ok(Err(n))
}

pub(super) fn run() {
    show("numbers", numbers(1));
    show("fallible", (fallible(1), fallible(2)));
    show("later", block_on(later(1)));
}
