// Calls: 5 ok, 1 error.
// Also known as x31e_shadow_mods.
#![allow(dead_code, unused_imports)]

mod core {
    pub(super) mod fmt {}
    pub(super) mod option {}
}

mod std {
    pub(super) mod result {}
    pub(super) fn future() -> u32 {
        3
    }
}

mod alloc {}

mod telemetry_runtime {
    pub(super) mod __private {
        pub(in super::super) struct Call;
    }
}

mod inventory {}

use ::shapes::prelude::*;

#[shape]
fn sync(n: u32) -> u32 {
    n + std::future()
}

#[shape]
fn fallible(text: &str) -> Result<u32, ::std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(n + std::future())
}

#[shape]
async fn later(text: &str) -> Result<u32, ::std::num::ParseIntError> {
    pending_once().await;
    fallible(text)
}

#[shape]
fn boxed(n: u32) -> ::std::pin::Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { n })
}

pub(super) fn run() {
    show("sync", sync(1));
    show("fallible", (fallible("1"), fallible("x")));
    show("later", block_on(later("1")));
    show("boxed", block_on(boxed(1)));
}
