// Calls: 1 ok, 2 error, 5 panic.
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use shapes::prelude::*;

#[shape]
fn layer(depth: u32, log: &mut Vec<u32>) -> Result<u32, Noisy> {
    let _guard = Noisy("layer");
    log.push(depth);
    if depth == 0 {
        std::panic::panic_any(Payload(7));
    }
    match catch_unwind(AssertUnwindSafe(|| layer(depth - 1, log))) {
        Ok(value) => value,
        Err(payload) if depth == 2 && payload.is::<Payload>() => Err(Noisy("caught")),
        Err(payload) => {
            note("resumed");
            resume_unwind(payload)
        }
    }
}

#[shape]
fn or_default<T: Default>(f: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_default()
}

pub(super) fn run() {
    let mut log = vec![];
    show("three", layer(3, &mut log));
    caught("one", || layer(1, &mut log));
    show("log", log);
    show("default", or_default(|| layer(0, &mut vec![]).ok()));
}
