// Calls: 4 ok, 2 error.
use shapes::prelude::*;

#[shape]
fn chained(text: Option<&str>) -> Result<u32, &'static str> {
    if let Some(text) = text
        && let Ok(n) = text.parse::<u32>()
        && n > 1
    {
        return Ok(n);
    }
    let Some(text) = text else { return Err("nothing") };
    let mut left = text;
    while let Some(rest) = left.strip_prefix('-')
        && !rest.is_empty()
    {
        left = rest;
    }
    Err(if left.len() < text.len() { "minus" } else { "no number" })
}

#[shape]
async fn later(text: Option<&str>) -> Option<u32> {
    if let Some(text) = text
        && let Ok(n) = chained(Some(text))
    {
        pending_once().await;
        Some(n)
    } else {
        None
    }
}

pub(super) fn run() {
    show("chained", [chained(Some("2")), chained(Some("--x")), chained(None)]);
    show("later", (block_on(later(Some("3"))), block_on(later(None))));
}
