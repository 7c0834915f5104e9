// Calls: 2 panic.
use shapes::prelude::*;

/// Panics when it is dropped.
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::panic_any(Payload(self.0));
    }
}

#[shape]
async fn later(_argument: Noisy) -> Noisy {
    let _bomb = Bomb(1);
    pending_once().await;
    Noisy("value")
}

#[shape]
fn sync(_argument: Noisy) -> Result<Noisy, Noisy> {
    let _bomb = Bomb(2);
    Err(Noisy("error"))
}

pub(super) fn run() {
    caught("later", || block_on(later(Noisy("argument"))));
    caught("sync", || sync(Noisy("argument")));
}
