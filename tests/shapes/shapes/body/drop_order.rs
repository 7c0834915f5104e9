// Calls: 4 ok, 2 error.
#![allow(clippy::needless_pass_by_value)]

use shapes::prelude::*;

#[shape]
fn plain(first: Noisy, second: Noisy) -> usize {
    let third = Noisy("third");
    let fourth = Noisy("fourth");
    first.0.len() + second.0.len() + third.0.len() + fourth.0.len()
}

#[shape]
fn fallible(_first: Noisy, second: Noisy) -> Result<usize, Noisy> {
    let third = Noisy("third");
    if second.0 == "fail" {
        return Err(Noisy("error"));
    }
    let fourth = Noisy("fourth");
    Ok(third.0.len() + fourth.0.len())
}

#[shape]
fn never_mentioned(_first: Noisy, _second: Noisy, _third: Noisy) -> Result<(), ()> {
    let _fourth = Noisy("fourth");
    let _ = Noisy("at once");
    Err(())?;
    Ok(())
}

#[shape]
fn inner_scopes(guard: Noisy) -> Result<u32, ()> {
    {
        let _inner = guard;
        note("inner");
    }
    note("outer");
    std::hint::black_box(Ok::<_, ()>(1))?;
    Ok(2)
}

#[shape]
fn replaced(mut guard: Noisy) -> Noisy {
    note(guard.0);
    guard = Noisy("new");
    note("replaced");
    guard
}

pub(super) fn run() {
    show("plain", plain(Noisy("first"), Noisy("second")));
    show("fallible", fallible(Noisy("first"), Noisy("second")));
    show("fallible", fallible(Noisy("first"), Noisy("fail")));
    show("never mentioned", never_mentioned(Noisy("first"), Noisy("second"), Noisy("third")));
    show("scopes", inner_scopes(Noisy("guard")));
    show("replaced", replaced(Noisy("old")));
}
