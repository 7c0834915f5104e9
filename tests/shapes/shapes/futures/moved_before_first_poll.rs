// Calls: 3 ok, 1 error.
use std::collections::VecDeque;

use shapes::prelude::*;

#[shape]
async fn task(mut values: [u32; 4], guard: Noisy) -> Result<u32, Noisy> {
    let last = &mut values[3];
    pending_once().await;
    *last += 1;
    if *last > 9 {
        return Err(guard);
    }
    Ok(values.iter().sum())
}

/// Takes the future by value and gives it on.
#[shape]
fn passed_on<F>(future: F, queue: &mut VecDeque<F>) -> Option<F> {
    queue.push_back(future);
    queue.pop_front()
}

pub(super) fn run() {
    let mut one = task([1, 2, 3, 4], Noisy("one"));
    let mut other = task([1, 2, 3, 9], Noisy("other"));
    std::mem::swap(&mut one, &mut other);
    let mut queue = VecDeque::from([one]);
    let first = passed_on(other, &mut queue).map(Box::new);
    let boxed: Box<Option<_>> = Box::new(queue.pop_back());
    show("other", boxed.map(block_on));
    let first = first.map(|boxed| *boxed);
    show("one", first.map(block_on));
    let never_polled = task([0; 4], Noisy("never polled"));
    drop([Some(never_polled), None].into_iter().rev().collect::<Vec<_>>());
    show("last", block_on(async { Some(task([0; 4], Noisy("last")).await) }));
}
