// Calls: 4 ok, 1 error.
// Also known as x31e_shadow_mods: functions, constants and modules with the names of crates and of the prelude.
#![allow(dead_code, nonstandard_style, non_snake_case, clippy::unnecessary_wraps)]

use shapes::prelude::{block_on, pending_once, show};

fn core() -> u32 {
    1
}

fn std() -> u32 {
    2
}

const telemetry_runtime: u32 = 3;

mod alloc {
    pub(super) const Vec: u32 = 4;
}

mod Result {
    pub(super) type Of<T> = ::core::result::Result<T, u32>;
}

mod Future {
    pub(super) use ::core::future::ready;
}

const Option: u32 = 5;
static Default: u32 = 6;

#[shape]
fn sync() -> u32 {
    core() + std() + telemetry_runtime + alloc::Vec + Option + Default
}

#[shape]
fn fallible(n: u32) -> Result::Of<u32> {
    if n > core() {
        return Err(n);
    }
    Ok(n)
}

#[shape]
async fn later(n: u32) -> Result::Of<u32> {
    pending_once().await;
    let n = fallible(n)?;
    Ok(Future::ready(n).await + std())
}

pub(super) fn run() {
    show("sync", sync());
    show("fallible", [fallible(1), fallible(2)]);
    show("later", block_on(later(1)));
}
