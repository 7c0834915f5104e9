// Calls: 6 ok, 1 error, 1 cancelled.
// Temporaries at the end of a block live longer than in the edition 2024.
#![allow(clippy::let_and_return, clippy::unused_async, clippy::match_wild_err_arm, clippy::single_match_else)]

use std::cell::RefCell;

use shapes::prelude::*;

impl Guarded {
    fn guard(&self) -> Guard<'_> {
        note("guard");
        Guard(self)
    }
}

struct Guarded(u32);
struct Guard<'a>(&'a Guarded);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        note(format_args!("drop guard of {}", self.0.0));
    }
}

impl Guard<'_> {
    fn get(&self) -> Option<u32> {
        self.0.0.checked_sub(1)
    }
}

#[shape]
fn tail(guarded: &Guarded, _later: Noisy) -> Option<u32> {
    let _local = Noisy("local");
    guarded.guard().get()
}

#[shape]
fn question_mark(guarded: &Guarded) -> Option<u32> {
    let _local = Noisy("local");
    Some(guarded.guard().get()? + 1)
}

#[shape]
fn scrutinee(guarded: &Guarded) -> Result<u32, &'static str> {
    if let Some(n) = guarded.guard().get() {
        note("some");
        Ok(n)
    } else {
        note("none");
        Err("none")
    }
}

#[shape]
async fn later(guarded: &Guarded, _argument: Noisy) -> Option<u32> {
    let _local = Noisy("local");
    pending_once().await;
    guarded.guard().get()
}

#[shape]
fn cell(cell: &RefCell<Vec<u32>>) -> usize {
    let length = cell.borrow().len();
    cell.borrow_mut().push(1);
    length
}

pub(super) fn run() {
    show("tail", tail(&Guarded(1), Noisy("argument")));
    show("question mark", (question_mark(&Guarded(1)), question_mark(&Guarded(0))));
    show("scrutinee", (scrutinee(&Guarded(1)), scrutinee(&Guarded(0))));
    show("later", block_on(later(&Guarded(2), Noisy("argument"))));
    drop_after(1, later(&Guarded(3), Noisy("argument")));
    show("cell", cell(&RefCell::default()));
}
