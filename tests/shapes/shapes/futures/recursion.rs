// Calls: 24 ok, 5 error.
// Also known as x24_async_rec and x24b_async_rec_simple.
use std::future::Future;
use std::pin::Pin;

use shapes::prelude::*;

#[shape]
fn factorial(n: u64) -> u64 {
    if n < 2 { 1 } else { n * factorial(n - 1) }
}

#[shape]
fn depth(text: &str) -> Result<u32, String> {
    match text.strip_prefix('(') {
        None => Ok(0),
        Some(rest) => {
            let inner = rest.strip_suffix(')').ok_or(rest)?;
            Ok(depth(inner)? + 1)
        }
    }
}

#[shape]
async fn sum(n: u32) -> u32 {
    pending_once().await;
    if n == 0 { 0 } else { n + Box::pin(sum(n - 1)).await }
}

#[shape]
async fn checked(n: u32) -> Result<u32, u32> {
    if n == 3 {
        return Err(n);
    }
    if n == 0 { Ok(0) } else { Ok(n + Box::pin(checked(n - 1)).await?) }
}

#[shape]
fn boxed(n: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { if n == 0 { 0 } else { n + boxed(n - 1).await } })
}

#[shape]
async fn even(n: u32) -> bool {
    n == 0 || Box::pin(odd(n - 1)).await
}

#[shape]
async fn odd(n: u32) -> bool {
    n != 0 && Box::pin(even(n - 1)).await
}

pub(super) fn run() {
    show("factorial", factorial(5));
    show("depth", depth("((x))"));
    show("depth", depth("((x)"));
    show("sum", block_on(sum(3)));
    show("checked", (block_on(checked(2)), block_on(checked(5))));
    show("boxed", block_on(boxed(3)));
    show("even", block_on(even(4)));
}
