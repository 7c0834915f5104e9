// Calls: 2 ok, 3 error.
use shapes::prelude::*;

#[derive(Debug)]
struct Failure {
    _first: Noisy,
    _second: Noisy,
}

impl Failure {
    fn new() -> Self {
        Self { _first: Noisy("first of the error"), _second: Noisy("second of the error") }
    }
}

#[shape]
fn sync(_guard: Noisy, fail: bool) -> Result<Noisy, Failure> {
    if fail {
        return Err(Failure::new());
    }
    Ok(Noisy("value"))
}

#[shape]
async fn later(_guard: Noisy, fail: bool) -> Result<Noisy, Failure> {
    pending_once().await;
    if fail { Err(Failure::new()) } else { Ok(Noisy("value")) }
}

pub(super) fn run() {
    drop(sync(Noisy("guard"), true));
    drop(sync(Noisy("guard"), false));
    drop(block_on(later(Noisy("guard"), true)));
    drop(block_on(later(Noisy("guard"), false)));
    note("forgotten");
    std::mem::forget(sync(Noisy("guard"), true));
}
