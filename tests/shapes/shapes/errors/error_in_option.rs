// Calls: 10 ok, 1 error.
use std::fmt;

use shapes::prelude::*;

/// What is wrong with a text, if anything: a value that is there is no success.
#[shape]
fn problem(text: &str) -> Option<fmt::Error> {
    text.is_empty().then_some(fmt::Error)
}

#[shape]
fn parsed(text: Option<&str>) -> Result<Option<u32>, std::num::ParseIntError> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some)
}

#[shape]
fn turned(text: Option<&str>) -> Option<Result<u32, std::num::ParseIntError>> {
    parsed(text).transpose()
}

#[shape]
async fn stored(errors: &mut Vec<Result<(), Noisy>>) -> Option<Result<(), Noisy>> {
    pending_once().await;
    errors.pop()
}

pub(super) fn run() {
    show("problem", (problem("").is_some(), problem("x").is_some()));
    show("turned", [turned(None), turned(Some("1")), turned(Some("x"))]);
    let mut errors = vec![Ok(()), Err(Noisy("stored"))];
    show("stored", [(); 3].map(|()| block_on(stored(&mut errors))));
}
