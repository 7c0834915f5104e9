// Calls: 9 ok, 8 error.
use std::error::Error;
use std::fmt::Debug;

use shapes::prelude::*;

#[shape]
fn parsed(text: &str) -> Result<u32, impl Error + PartialEq + use<>> {
    text.parse::<u32>()
}

#[shape]
fn nothing(fail: bool) -> Result<(), impl Error + Send + Sync + 'static> {
    if fail { Err(std::fmt::Error) } else { Ok(()) }
}

#[shape]
async fn later(text: &str) -> Result<impl Debug, impl Error + Send> {
    pending_once().await;
    let n = parsed(text)?;
    if n == 0 {
        return Ok(None);
    }
    parsed("256").map(Some)
}

#[shape]
fn boxed(text: &str) -> Result<u32, Box<dyn Error>> {
    nothing(text.is_empty())?;
    Ok(parsed(text)?)
}

pub(super) fn run() {
    let one = parsed("x");
    show("parsed", one == parsed("y"));
    show("parsed", one.map_err(|error| error.to_string()));
    show(
        "later",
        (block_on(later("0")).is_ok(), block_on(later("1")).is_ok(), block_on(later("x")).is_err()),
    );
    show("boxed", ["1", "", "x"].map(|text| boxed(text).is_ok()));
}
