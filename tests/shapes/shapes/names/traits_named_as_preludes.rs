// Calls: 4 ok, 1 error.
#![allow(dead_code, clippy::unnecessary_wraps)]

use shapes::prelude::{block_on, pending_once, show};

trait Future {
    fn later(&self) -> u32 {
        1
    }
}

trait Fn {
    fn call(&self) -> u32 {
        2
    }
}

trait FnOnce {}
trait Send {}
trait Drop {
    fn drop(&mut self) {}
}
trait Iterator {}
trait Sized {}

impl Future for u32 {}
impl Fn for u32 {}
impl Drop for u32 {}

#[shape]
fn sync(n: u32) -> u32 {
    n.later() + n.call()
}

#[shape]
fn fallible(n: u32) -> Result<u32, u32> {
    let n = n.checked_sub(1).ok_or(n)?;
    Ok(n.later())
}

#[shape]
async fn later(mut n: u32) -> Result<u32, u32> {
    n.drop();
    pending_once().await;
    fallible(n)
}

pub(super) fn run() {
    show("sync", sync(1));
    show("fallible", [fallible(1), fallible(0)]);
    show("later", block_on(later(1)));
}
