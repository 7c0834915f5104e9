// Calls: 3 ok, 1 error, 1 cancelled.
#![allow(clippy::await_holding_lock)]

use std::sync::Mutex;

use shapes::prelude::*;

#[shape]
async fn held(numbers: &Mutex<Vec<u32>>) -> usize {
    let mut numbers = numbers.lock().expect("nobody panics");
    numbers.push(1);
    pending_once().await;
    numbers.len()
}

#[shape]
async fn let_go(numbers: &Mutex<Vec<u32>>) -> Result<u32, usize> {
    let last = { numbers.lock().expect("nobody panics").pop() };
    pending_once().await;
    let length = numbers.lock().map_or(0, |numbers| numbers.len());
    last.ok_or(length)
}

pub(super) fn run() {
    let numbers = Mutex::new(Vec::new());
    auto_traits!("held", held(&numbers));
    auto_traits!("let go", let_go(&numbers));
    show("held", block_on(held(&numbers)));
    drop_after(1, held(&numbers));
    show("is free", numbers.try_lock().is_ok());
    show("let go", [(); 3].map(|()| block_on(let_go(&numbers))));
}
