// Calls: 4 ok, 1 error.
use std::borrow::Cow;

use shapes::prelude::*;

#[shape]
fn shout(text: &str) -> Cow<'_, str> {
    if text.ends_with('!') {
        return text.into();
    }
    format!("{text}!").into()
}

#[shape]
fn part(text: &str) -> Result<Cow<'_, str>, std::fmt::Error> {
    let part = text.get(1..).ok_or(std::fmt::Error)?;
    Ok(part.into())
}

#[shape]
async fn later(text: &str) -> Cow<'_, str> {
    pending_once().await;
    text.into()
}

pub(super) fn run() {
    show("shout", [shout("a"), shout("b!")]);
    show("part", part("xy"));
    show("part", part(""));
    show("later", block_on(later("z")));
}
