// Calls: 5 ok, 2 error.
// Also known as x42_move_out.
#![allow(clippy::needless_pass_by_value)]

use shapes::prelude::*;

#[shape]
fn returned(text: String, guard: Noisy) -> (Noisy, String) {
    (guard, text)
}

#[shape]
fn partly((first, second): (Noisy, Noisy), keep_first: bool) -> Result<Noisy, Noisy> {
    if keep_first {
        return Ok(first);
    }
    drop(first);
    note("first is gone");
    Err(second)
}

#[shape]
fn into_closure(guard: Noisy) -> usize {
    let length = move || guard.0.len();
    note("before");
    length()
}

#[shape]
fn into_thread(values: Vec<u32>) -> Result<u32, String> {
    let sum = std::thread::spawn(move || values.into_iter().sum()).join().map_err(|_| "panicked")?;
    Ok(sum)
}

struct Pair {
    one: Noisy,
    other: Noisy,
}

#[shape]
fn field(pair: Pair, take: bool) -> Result<Noisy, ()> {
    if take {
        return Ok(pair.one);
    }
    note(pair.other.0);
    Err(())
}

pub(super) fn run() {
    show("returned", returned("x".to_owned(), Noisy("guard")));
    show("partly", partly((Noisy("first"), Noisy("second")), true));
    show("partly", partly((Noisy("first"), Noisy("second")), false));
    show("closure", into_closure(Noisy("guard")));
    show("thread", into_thread(vec![1, 2]));
    show("field", field(Pair { one: Noisy("one"), other: Noisy("other") }, true));
    show("field", field(Pair { one: Noisy("one"), other: Noisy("other") }, false));
}
