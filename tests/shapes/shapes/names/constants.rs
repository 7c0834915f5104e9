// Calls: 4 ok, 1 error.
// Also known as x31b_shadow_names_async_err.
#![allow(non_upper_case_globals, dead_code, nonstandard_style)]

use shapes::prelude::*;

const call: u32 = 1;
const out: u32 = 2;
const future: u32 = 3;
const value: u32 = 5;
static span: u32 = 4;

#[shape]
fn sync(n: u32) -> u32 {
    n + call + span
}

#[shape]
fn fallible(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(n + out)
}

#[shape]
async fn later(text: &str) -> Result<u32, std::num::ParseIntError> {
    pending_once().await;
    Ok(fallible(text)? + future)
}

pub(super) fn run() {
    show("sync", sync(1));
    show("fallible", (fallible("1"), fallible("x")));
    show("later", block_on(later("1")));
}
