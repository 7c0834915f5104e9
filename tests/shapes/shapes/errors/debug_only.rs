// Calls: 3 ok, 6 error.
#![allow(dead_code)]

use shapes::prelude::*;

#[derive(Debug)]
enum Kind {
    Small,
    Large { by: u32 },
}

#[shape]
fn early(n: u32) -> Result<u32, Kind> {
    if n > 5 {
        return Err(Kind::Large { by: n - 5 });
    }
    n.checked_sub(1).ok_or(Kind::Small)
}

#[shape]
async fn later(n: u32) -> Result<u32, Kind> {
    pending_once().await;
    early(n)
}

pub(super) fn run() {
    show("early", [0, 1, 7].map(early));
    show("later", [0, 1, 7].map(|n| block_on(later(n))));
}
