// Calls: 3 ok, 1 error, 2 cancelled.
#![allow(clippy::unused_async)]

use shapes::prelude::*;

#[shape]
async fn plain(first: Noisy, second: Noisy) -> u32 {
    let local = Noisy("local");
    pending_once().await;
    let later = Noisy("later");
    note((first.0.len() + second.0.len() + local.0.len() + later.0.len()).to_string());
    1
}

#[shape]
async fn unused(_first: Noisy, _second: Noisy) {}

#[shape]
async fn moved(first: Noisy, second: Noisy) -> Result<Noisy, Noisy> {
    let inner = async move {
        pending_once().await;
        second
    };
    let second = inner.await;
    if first.0 == second.0 {
        return Err(second);
    }
    Ok(first)
}

pub(super) fn run() {
    show("plain", block_on(plain(Noisy("first"), Noisy("second"))));
    drop_after(0, plain(Noisy("first"), Noisy("second")));
    drop_after(1, plain(Noisy("first"), Noisy("second")));
    block_on(unused(Noisy("first"), Noisy("second")));
    drop_after(0, unused(Noisy("first"), Noisy("second")));
    show("moved", block_on(moved(Noisy("first"), Noisy("second"))));
    show("moved", block_on(moved(Noisy("same"), Noisy("same"))));
    drop_after(0, moved(Noisy("first"), Noisy("second")));
    drop_after(1, moved(Noisy("first"), Noisy("second")));
}
