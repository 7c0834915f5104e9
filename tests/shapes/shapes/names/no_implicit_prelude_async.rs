// Calls: 6 ok, 1 error.
#![allow(clippy::manual_async_fn)]
#![no_implicit_prelude]

use ::shapes::prelude::*;

#[shape]
async fn plain(n: u32) -> u32 {
    pending_once().await;
    n
}

#[shape]
async fn fallible(n: u32) -> ::core::result::Result<u32, ::std::string::String> {
    let n = u32::checked_sub(n, 1).ok_or_else(::std::string::String::new)?;
    pending_once().await;
    ::core::result::Result::Ok(n)
}

#[shape]
fn returned(n: u32) -> impl ::core::future::Future<Output = u32> {
    async move { n }
}

#[shape]
fn boxed(n: u32) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = u32>>> {
    ::std::boxed::Box::pin(async move {
        pending_once().await;
        n
    })
}

#[shape]
fn boxed_elsewhere(n: u32) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = u32>>> {
    boxed(n)
}

pub(super) fn run() {
    auto_traits!("plain", plain(1));
    show("plain", block_on(plain(1)));
    show("fallible", [block_on(fallible(0)), block_on(fallible(1))]);
    show("returned", block_on(returned(1)));
    show("boxed", block_on(boxed(1)) + block_on(boxed_elsewhere(1)));
}
