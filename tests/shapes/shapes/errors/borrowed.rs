// Calls: 4 ok, 4 error.
#![allow(clippy::needless_lifetimes)]

use shapes::prelude::*;

#[shape]
fn text(text: &str) -> Result<u32, &str> {
    text.parse().map_err(|_| text)
}

#[shape]
fn part<'a, 'b>(one: &'a [u32], other: &'b [u32]) -> Result<&'a u32, &'b [u32]> {
    let first = one.first().ok_or(other)?;
    Ok(first)
}

#[shape]
fn exclusive(values: &mut Vec<u32>) -> Result<u32, &mut Vec<u32>> {
    if values.is_empty() {
        return Err(values);
    }
    Ok(values.len().try_into().unwrap_or(u32::MAX))
}

#[shape]
async fn later<'t>(text: &'t str) -> Result<u32, &'t str> {
    pending_once().await;
    text.parse().map_err(|_| text)
}

pub(super) fn run() {
    show("text", (text("1"), text("x")));
    show("part", (part(&[1], &[2]), part(&[], &[2])));
    let mut values = vec![];
    if let Err(values) = exclusive(&mut values) {
        values.push(1);
    }
    show("exclusive", exclusive(&mut values));
    show("later", (block_on(later("1")), block_on(later("x"))));
}
