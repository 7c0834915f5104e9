// Calls: 5 ok, 2 error.
use std::cell::RefCell;
use std::sync::Mutex;

use shapes::prelude::*;

struct Make(&'static str);

impl Make {
    fn guard(&self) -> Noisy {
        Noisy(self.0)
    }

    fn fail(&self) -> Result<usize, Noisy> {
        Err(self.guard())
    }
}

#[shape]
fn tail(make: &Make) -> usize {
    let _local = Noisy("local");
    make.guard().0.len()
}

#[shape]
fn locked(value: &Mutex<Vec<u32>>) -> Option<u32> {
    value.lock().ok()?.pop()
}

#[shape]
fn borrowed() -> usize {
    let cell = RefCell::new(String::from("text"));
    cell.borrow().len()
}

#[shape]
fn fallible(make: &Make) -> Result<usize, Noisy> {
    let _local = Noisy("local");
    match make.guard().0 {
        "ok" => Ok(make.guard().0.len()),
        _ => Ok(make.fail()?),
    }
}

#[shape]
async fn later(make: &Make) -> Result<usize, Noisy> {
    let _local = Noisy("local");
    pending_once().await;
    if make.guard().0 == "ok" { Ok(make.guard().0.len()) } else { make.fail() }
}

pub(super) fn run() {
    show("tail", tail(&Make("guard")));
    show("locked", locked(&Mutex::new(vec![1, 2])));
    show("borrowed", borrowed());
    show("fallible", fallible(&Make("ok")));
    show("fallible", fallible(&Make("guard")));
    show("later", block_on(later(&Make("ok"))));
    show("later", block_on(later(&Make("guard"))));
}
