// Calls: 3 ok.
use shapes::prelude::*;

struct Word<'a> {
    r#type: &'a str,
}

#[shape]
fn r#match(r#fn: u32, Word { r#type }: Word<'_>) -> String {
    format!("{fn}{type}")
}

#[shape]
fn r#try(r#in: &str) -> Result<u32, std::num::ParseIntError> {
    let r#let = r#in.parse()?;
    Ok(r#let)
}

#[shape]
async fn r#loop(r#async: u32) -> u32 {
    pending_once().await;
    r#async
}

pub(super) fn run() {
    show("match", r#match(1, Word { r#type: "x" }));
    show("try", r#try("1"));
    show("loop", block_on(r#loop(2)));
}
