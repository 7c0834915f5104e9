// Calls: 4 ok, 1 error.
// Also known as x31_shadow_names: every word of the generated code is a name of the user's, too.
#![allow(dead_code, nonstandard_style, clippy::unnecessary_wraps)]

use shapes::prelude::*;

const __call: u32 = 1;
static __out: u32 = 2;
const __span: u32 = 3;
const __metrics: u32 = 4;
const __link: u32 = 5;

fn call_once(n: u32) -> u32 {
    n + __call
}

fn never(n: u32) -> u32 {
    n + __out
}

fn traced() -> u32 {
    __span
}

fn metric() -> u32 {
    __metrics + __link
}

mod inspect {
    pub(super) struct Inspect;
}

mod __private {
    pub(super) fn traced() -> u32 {
        6
    }
}

struct Call;
struct NoSpan;
struct SpanGuard;
struct TaskSpan;

#[shape]
fn sync(n: u32) -> u32 {
    call_once(n) + traced() + metric() + __private::traced()
}

#[shape]
fn fallible(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    let _ = inspect::Inspect;
    Ok(never(n) + __call + __out)
}

#[shape]
async fn later(text: &str) -> Result<u32, std::num::ParseIntError> {
    let __future = fallible(text);
    pending_once().await;
    Ok(__future? + __metrics)
}

pub(super) fn run() {
    show("sync", sync(1));
    show("fallible", (fallible("1"), fallible("x")));
    show("later", block_on(later("1")));
}
