// Calls: 2 ok, 1 error.
use std::sync::Mutex;
use std::thread;

use shapes::prelude::*;

#[shape]
fn summed(numbers: &[u32]) -> Result<u32, &'static str> {
    let sum = Mutex::new(0);
    thread::scope(|scope| {
        let sum = &sum;
        for n in numbers {
            scope.spawn(move || *sum.lock().expect("no thread panics") += n);
        }
    });
    let sum = sum.into_inner().map_err(|_| "poisoned")?;
    if sum == 0 { Err("nothing") } else { Ok(sum) }
}

#[shape]
fn spawned(text: String) -> thread::Result<usize> {
    thread::spawn(move || text.len()).join()
}

pub(super) fn run() {
    show("summed", (summed(&[1, 2, 3]), summed(&[])));
    show("spawned", spawned("text".to_owned()).ok());
}
