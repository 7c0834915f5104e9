// Calls: 8 ok, 4 error.
// Also known as x22_early_return and x22b_early_return_async.
use shapes::prelude::*;

#[shape]
fn nothing(stop: bool) {
    if stop {
        return;
    }
    note("went on");
}

#[shape]
fn number(n: u32) -> u32 {
    if n > 1 {
        return n;
    }
    n * 10
}

#[shape]
fn checked(n: u32) -> Result<u32, String> {
    let _guard = Noisy("guard");
    if n > 1 {
        return Err(format!("{n}"));
    }
    if n == 1 {
        return Ok(0);
    }
    Err("none".into())
}

#[shape]
async fn later(n: u32) -> Result<u32, String> {
    let _guard = Noisy("guard");
    if n > 1 {
        return Err(format!("{n}"));
    }
    pending_once().await;
    if n == 1 {
        return Ok(0);
    }
    Err("none".into())
}

#[shape]
async fn nothing_later(stop: bool) {
    if stop {
        return;
    }
    pending_once().await;
    note("went on");
}

pub(super) fn run() {
    nothing(true);
    nothing(false);
    show("number", number(1) + number(2));
    show("checked", [checked(0), checked(1), checked(2)]);
    show("later", [0, 1, 2].map(|n| block_on(later(n))));
    block_on(nothing_later(true));
    block_on(nothing_later(false));
}
