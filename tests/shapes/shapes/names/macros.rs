// Calls: 4 ok, 1 error.
// Also known as x31f_shadow_macros.
#![allow(unused_macros)]

use shapes::prelude::*;

macro_rules! shadowed {
    ($($name:ident)*) => { $(
        macro_rules! $name {
            ($d($d any:tt)*) => { compile_error!("the macro of the user's") };
        }
    )* };
    () => {};
}

macro_rules! shadow {
    ($d:tt $($name:ident)*) => { $(
        macro_rules! $name {
            ($d($d any:tt)*) => { compile_error!("a macro of the user's") };
        }
    )* };
}

shadow!($ concat module_path file line column stringify env option_env panic unreachable matches assert format vec);

#[shape]
fn sync(n: u32) -> u32 {
    n + 1
}

#[shape]
fn fallible(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(n)
}

#[shape]
async fn later(text: &str) -> Result<u32, std::num::ParseIntError> {
    pending_once().await;
    fallible(text)
}

pub(super) fn run() {
    show("sync", sync(1));
    show("fallible", (fallible("1"), fallible("x")));
    show("later", block_on(later("1")));
}
