// Calls: 3 panic, 1 cancelled.
// Also known as x25_never and x26_async_never.
#![allow(clippy::manual_assert)]

use shapes::prelude::*;

#[shape]
fn stop(code: u32) -> ! {
    std::panic::panic_any(Payload(code))
}

#[shape]
fn stop_later(code: u32) -> ! {
    let _guard = Noisy("guard");
    loop {
        if code > 1 {
            panic!("code {code}");
        }
    }
}

#[shape]
async fn stop_async(code: u32) -> ! {
    pending_once().await;
    std::panic::panic_any(Payload(code))
}

fn coerced(stops: bool) -> u32 {
    if stops { stop(1) } else { 3 }
}

pub(super) fn run() {
    caught("stop", || coerced(true));
    caught("go on", || coerced(false));
    caught("stop later", || -> u32 { stop_later(2) });
    caught("stop async", || -> u32 { block_on(stop_async(3)) });
    drop_after(1, stop_async(4));
}
