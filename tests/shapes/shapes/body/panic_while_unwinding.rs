// Calls: 7 ok, 1 error, 5 panic.
use std::panic::{AssertUnwindSafe, catch_unwind};

use shapes::prelude::*;

struct OnDrop<'a>(&'a str);

impl Drop for OnDrop<'_> {
    #[shape]
    fn drop(&mut self) {
        note(format_args!("unwinding {}", std::thread::panicking()));
        show("inside", checked(self.0));
        let inner = catch_unwind(AssertUnwindSafe(|| fail(2)));
        show("a panic inside", inner.is_err());
    }
}

#[shape]
fn checked(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n = text.parse()?;
    Ok(n)
}

#[shape]
fn fail(n: u32) -> u32 {
    std::panic::panic_any(Payload(n))
}

#[shape]
fn outer(text: &str) -> u32 {
    let _on_drop = OnDrop(text);
    fail(1)
}

pub(super) fn run() {
    caught("outer", || outer("x"));
    caught("outer", || outer("1"));
    drop(OnDrop("2"));
}
