// Calls: 1 ok, 2 panic.
#![allow(clippy::unused_async)]

use shapes::prelude::*;

#[shape]
async fn early(guard: Noisy) -> u32 {
    std::panic::panic_any(Payload(u32::try_from(guard.0.len()).unwrap_or_default()));
}

#[shape]
async fn late(_guard: Noisy, fail: bool) -> Result<u32, ()> {
    let _local = Noisy("local");
    pending_once().await;
    assert!(!fail, "it failed after {}", 1);
    Ok(1)
}

pub(super) fn run() {
    caught("early", || block_on(early(Noisy("guard"))));
    caught("late", || block_on(late(Noisy("guard"), true)));
    caught("late", || block_on(late(Noisy("guard"), false)));
}
