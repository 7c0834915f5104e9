// Calls: 7 ok.
use std::ops::ControlFlow;

use shapes::prelude::*;

#[shape]
fn second(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next()?;
    chars.next()
}

#[shape]
async fn later(text: &str) -> Option<char> {
    let found = text.chars().next_back()?;
    pending_once().await;
    Some(found)
}

#[shape]
fn until(values: &[u32], limit: u32) -> ControlFlow<u32, usize> {
    values.iter().try_for_each(|&value| {
        if value > limit { ControlFlow::Break(value) } else { ControlFlow::Continue(()) }
    })?;
    ControlFlow::Continue(values.len())
}

pub(super) fn run() {
    show("second", [second("ab"), second("a"), second("")]);
    show("later", [block_on(later("ab")), block_on(later(""))]);
    show("until", [until(&[1, 2], 2), until(&[1, 2], 1)]);
}
