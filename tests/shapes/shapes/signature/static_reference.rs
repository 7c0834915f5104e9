// Calls: 6 ok, 1 error.
#![allow(clippy::type_complexity)]

use shapes::prelude::*;

#[shape]
fn name(long: bool) -> &'static str {
    if long { "a long name" } else { "name" }
}

#[shape]
fn table() -> &'static [(&'static str, fn(u32) -> u32)] {
    &[("same", |n| n), ("next", |n| n + 1)]
}

#[shape]
fn checked(index: usize) -> Result<&'static str, &'static str> {
    let (name, _) = table().get(index).ok_or("too far")?;
    Ok(name)
}

pub(super) fn run() {
    show("name", name(true).len() + name(false).len());
    show("table", table().iter().map(|(name, function)| (name, function(1))).collect::<Vec<_>>());
    show("checked", checked(1));
    show("checked", checked(2));
}
