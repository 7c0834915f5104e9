// Calls: 4 ok, 1 error.
use shapes::prelude::*;

/// The name and the receiver of the method that looks at results.
trait Inspect<R> {
    fn inspect(&self, end: R) -> R;
}

impl<T, R> Inspect<R> for T {
    fn inspect(&self, end: R) -> R {
        end
    }
}

#[shape]
fn fallible(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(Inspect::inspect(&n, 2))
}

#[shape]
fn unknown<T>(value: T) -> T {
    value
}

#[shape]
async fn later(text: &str) -> Result<u32, std::num::ParseIntError> {
    pending_once().await;
    fallible(text)
}

pub(super) fn run() {
    show("fallible", (fallible("1"), fallible("x")));
    show("unknown", unknown(1));
    show("later", block_on(later("1")));
}
