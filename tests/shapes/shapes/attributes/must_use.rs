// Calls: 11 ok, 1 error.
// Also known as x38d_unused_must_use.
#![deny(unused_must_use)]

use shapes::prelude::*;

#[must_use]
#[shape]
fn plain(n: u32) -> u32 {
    n
}

#[shape]
#[must_use = "it says how it went"]
fn fallible(n: u32) -> Option<u32> {
    n.checked_sub(1)
}

#[must_use]
struct Important(u32);

#[shape]
fn important(n: u32) -> Important {
    Important(n)
}

#[shape]
async fn later(n: u32) -> Result<Important, Important> {
    pending_once().await;
    if n > 1 {
        return Err(important(n));
    }
    Ok(Important(n))
}

#[shape]
fn ignored(n: u32) {
    #[expect(unused_must_use)]
    plain(n);
    let _ = fallible(n);
}

#[shape]
fn tail(n: u32) -> Result<(), std::fmt::Error> {
    ignored(n);
    if n > 1 {
        return Err(std::fmt::Error);
    }
    Ok(())
}

pub(super) fn run() {
    #[expect(unused_must_use)]
    plain(1);
    #[expect(unused_must_use)]
    fallible(1);
    #[expect(unused_must_use)]
    important(1);
    #[expect(unused_must_use)]
    later(1);
    show("later", block_on(later(1)).is_ok_and(|important| important.0 == 1));
    show("tail", (tail(1), tail(2)));
}
