// Calls: 14 ok, 6 error.
use shapes::prelude::*;

type Reply<T = u32> = Result<T, String>;

mod aliases {
    pub(super) type Outcome = std::result::Result<u8, std::num::ParseIntError>;
}

#[shape]
fn twice(text: &str) -> Result<Result<u32, String>, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(if n > 1 { Err(text.to_owned()) } else { Ok(n) })
}

#[shape]
fn optional(text: &str) -> Option<Result<u32, std::num::ParseIntError>> {
    let text = text.strip_prefix('=')?;
    Some(text.parse())
}

#[shape]
fn alias(n: u32) -> Reply {
    if n > 1 {
        return Err(n.to_string());
    }
    Ok(n)
}

#[shape]
fn alias_with_argument(n: u32) -> Reply<()> {
    alias(n)?;
    Ok(())
}

#[shape]
fn alias_in_module(text: &str) -> aliases::Outcome {
    text.parse()
}

#[shape]
fn pair(n: u32) -> (Result<u32, ()>, u32) {
    (if n > 1 { Err(()) } else { Ok(n) }, n)
}

#[shape]
async fn later(n: u32) -> Reply<Reply> {
    pending_once().await;
    Ok(alias(n))
}

pub(super) fn run() {
    show("twice", ["1", "2", "x"].map(twice));
    show("optional", ["=1", "=x", "1"].map(optional));
    show("alias", [1, 2].map(alias));
    show("alias", [1, 2].map(alias_with_argument));
    show("alias", ["1", "300"].map(alias_in_module));
    show("pair", [1, 2].map(pair));
    show("later", [1, 2].map(|n| block_on(later(n))));
}
