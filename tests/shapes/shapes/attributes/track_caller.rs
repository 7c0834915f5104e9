// Calls: 5 ok.
#![allow(clippy::unnecessary_wraps, clippy::unused_self)]

use std::panic::Location;

use shapes::prelude::*;

#[track_caller]
#[shape]
fn column() -> u32 {
    Location::caller().column()
}

#[shape]
#[track_caller]
fn straight() -> Result<u32, ()> {
    Ok(Location::caller().column())
}

struct Thing;

impl Thing {
    #[shape]
    #[track_caller]
    fn place(&self) -> &'static Location<'static> {
        Location::caller()
    }
}

pub(super) fn run() {
    show("column", column());
    show("column", [column(), column()]);
    show("straight", straight());
    let line = line!();
    show("place", Thing.place().line() - line);
}
