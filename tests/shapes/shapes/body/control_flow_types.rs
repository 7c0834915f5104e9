// Calls: 12 ok.
use std::ops::ControlFlow;
use std::task::Poll;

use shapes::prelude::*;

#[shape]
fn walked(numbers: &[i32]) -> ControlFlow<i32, usize> {
    for n in numbers {
        checked(*n)?;
    }
    ControlFlow::Continue(numbers.len())
}

#[shape]
fn checked(n: i32) -> ControlFlow<i32> {
    if n < 0 {
        return ControlFlow::Break(n);
    }
    ControlFlow::Continue(())
}

#[shape]
fn polled(ready: Option<&str>) -> Poll<Result<u32, std::num::ParseIntError>> {
    match ready {
        Some(text) => Poll::Ready(text.parse()),
        None => Poll::Pending,
    }
}

#[shape]
fn polled_on(ready: Option<&str>) -> Poll<Result<u32, std::num::ParseIntError>> {
    let n = polled(ready)?;
    n.map(|n| Ok(n + 1))
}

pub(super) fn run() {
    show("walked", (walked(&[1, 2]), walked(&[1, -2, 3])));
    show("polled", [polled_on(Some("1")), polled_on(Some("x")), polled_on(None)]);
}
