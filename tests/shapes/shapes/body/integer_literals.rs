// Calls: 4 ok, 2 error.
#![allow(clippy::unnecessary_wraps)]

use shapes::prelude::*;

#[shape]
fn small() -> u8 {
    200
}

#[shape]
fn shifted(by: u32) -> i64 {
    1 << by
}

#[shape]
fn checked(by: u32) -> Result<i128, f32> {
    if by > 100 {
        return Err(0.5);
    }
    Ok(1 << by)
}

#[shape]
fn negative() -> Option<i16> {
    Some(-300)
}

#[shape]
async fn later() -> Result<u64, u64> {
    pending_once().await;
    Err(5_000_000_000)
}

pub(super) fn run() {
    show("small", small());
    show("shifted", shifted(40));
    show("checked", (checked(90), checked(101)));
    show("negative", negative());
    show("later", block_on(later()));
}
