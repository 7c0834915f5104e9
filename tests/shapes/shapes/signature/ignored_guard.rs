// Calls: 3 ok, 1 error.
#![allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps)]

use shapes::prelude::*;

#[shape]
fn plain(_: Noisy, _named: Noisy, last: Noisy) -> u32 {
    note(last.0);
    1
}

#[shape]
fn fallible(_: Noisy, _named: Noisy, last: Noisy) -> Result<u32, ()> {
    let local = Noisy("local");
    if last.0.is_empty() {
        return Err(());
    }
    note(local.0);
    Ok(1)
}

#[shape]
fn unused(_: Noisy, _first: Noisy, _second: Noisy) -> Result<(), std::fmt::Error> {
    note("body");
    Ok(())
}

pub(super) fn run() {
    show("plain", plain(Noisy("ignored"), Noisy("named"), Noisy("last")));
    show("fallible", fallible(Noisy("ignored"), Noisy("named"), Noisy("last")));
    show("fallible", fallible(Noisy("ignored"), Noisy("named"), Noisy("")));
    show("unused", unused(Noisy("ignored"), Noisy("first"), Noisy("second")));
}
