// Calls: 1 ok, 3 cancelled.
use shapes::prelude::*;

/// Panics when it is dropped.
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        note("bomb");
        if self.0 > 0 {
            std::panic::panic_any(Payload(self.0));
        }
    }
}

#[shape]
async fn armed(n: u32, _argument: Noisy) -> u32 {
    let _below = Noisy("below the bomb");
    let bomb = Bomb(n);
    let _above = Noisy("above the bomb");
    pending_once().await;
    bomb.0
}

#[shape]
async fn around(n: u32) -> u32 {
    let _guard = Noisy("around");
    armed(n, Noisy("argument")).await
}

pub(super) fn run() {
    caught("dropped", || drop_after(1, armed(1, Noisy("argument"))));
    caught("dropped inside", || drop_after(1, around(2)));
    caught("not polled", || drop_after(0, armed(3, Noisy("argument"))));
    show("defused", block_on(armed(0, Noisy("argument"))));
}
