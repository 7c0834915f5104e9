// Calls: 6 ok, 1 error.
#![allow(clippy::unnecessary_wraps)]

use shapes::prelude::*;

trait Everything {
    fn inspect(&self, _: u32) -> u32 {
        7
    }

    fn enter(&self) -> u32 {
        8
    }

    fn poll(&self) -> u32 {
        9
    }

    fn finish(&self) -> u32 {
        10
    }
}

impl<T: ?Sized> Everything for T {}

#[shape]
fn sync(n: u32) -> Option<u32> {
    Some(n.inspect(1) + n.enter())
}

#[shape]
fn fallible(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(n + n.poll())
}

#[shape]
fn unknown(text: &str) -> Known {
    if text.is_empty() {
        return Known(0);
    }
    Known(text.finish())
}

#[derive(Debug)]
struct Known(u32);

impl Known {
    fn inspect(&self, end: u32) -> u32 {
        self.0 + end
    }
}

#[shape]
async fn later(text: &str) -> Result<u32, std::num::ParseIntError> {
    pending_once().await;
    fallible(text)
}

pub(super) fn run() {
    show("sync", sync(1));
    show("fallible", (fallible("1"), fallible("x")));
    show("unknown", (unknown("x").inspect(1), unknown("")));
    show("later", block_on(later("1")));
}
