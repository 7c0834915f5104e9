// Calls: 4 ok, 6 error.
// Also known as x22d_anyhow_like.
use anyhow::{Context, anyhow, bail, ensure};
use shapes::prelude::*;

#[shape]
fn plain(text: &str) -> anyhow::Result<u32> {
    ensure!(!text.is_empty(), "empty");
    if text == "bail" {
        bail!("bailed out of {text}");
    }
    let n = text.parse::<u32>().with_context(|| format!("{text} is no number"))?;
    Ok(n)
}

#[shape]
async fn later(text: &str) -> Result<u32, anyhow::Error> {
    pending_once().await;
    let n = plain(text).context("later")?;
    if n > 5 {
        return Err(anyhow!("{n} is too much"));
    }
    Ok(n)
}

pub(super) fn run() {
    show("plain", ["1", "", "bail", "x"].map(|text| plain(text).map_err(|error| format!("{error:#}"))));
    show("later", ["1", "x", "6"].map(|text| block_on(later(text)).map_err(|error| format!("{error:#}"))));
    auto_traits!("later", later("1"));
}
