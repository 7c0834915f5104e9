// Calls: 1 ok, 1 error, 2 panic.
#![allow(clippy::needless_return, clippy::unit_cmp)]

use shapes::prelude::*;

#[shape]
fn always_fails() -> Result<u32, &'static str> {
    return Err("always");
}

#[shape]
fn always_panics(_guard: Noisy) -> Result<u32, String> {
    std::panic::panic_any(Payload(1))
}

#[shape]
async fn later_panics(_guard: Noisy) -> Result<impl Sized, String> {
    if pending_once().await == () {
        std::panic::panic_any(Payload(2));
    }
    Ok(1)
}

#[shape]
fn forever(n: u32) -> Result<u32, std::convert::Infallible> {
    let mut left = n;
    loop {
        if left == 0 {
            return Ok(n);
        }
        left -= 1;
    }
}

pub(super) fn run() {
    show("fails", always_fails());
    caught("panics", || always_panics(Noisy("guard")));
    caught("later", || block_on(later_panics(Noisy("guard"))).is_ok());
    show("forever", forever(3));
}
