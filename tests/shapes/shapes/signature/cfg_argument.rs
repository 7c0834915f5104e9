// Calls: 3 ok.
#![allow(clippy::needless_pass_by_value)]

use shapes::prelude::*;

#[shape]
fn sync(#[cfg(any())] absent: u32, #[cfg(all())] present: u32) -> u32 {
    #[cfg(any())]
    let present = present + absent;
    present
}

#[shape]
fn fallible(
    present: u32,
    #[cfg(any())] absent: Absent,
    #[cfg(all())] other: Noisy,
) -> Result<u32, &'static str> {
    let value = "7".parse::<u32>().map_err(|_| other.0)?;
    Ok(value + present)
}

#[shape]
async fn later(#[cfg(all())] present: Noisy, #[cfg(any())] absent: Absent) -> &'static str {
    pending_once().await;
    present.0
}

pub(super) fn run() {
    show("sync", sync(1));
    show("fallible", fallible(1, Noisy("other")));
    show("later", block_on(later(Noisy("present"))));
}
