// Calls: 5 ok, 1 error.
// Also known as x43_closure_ret.
use shapes::prelude::*;

#[shape]
fn adder(n: u32) -> impl Fn(u32) -> u32 {
    move |m| n + m
}

#[shape]
fn boxed(n: u32) -> Box<dyn Fn(u32) -> u32> {
    Box::new(move |m| n + m)
}

#[shape]
fn checked(n: u32) -> Result<Box<dyn FnMut() -> u32>, u32> {
    let mut left = n;
    if n == 0 {
        return Err(n);
    }
    Ok(Box::new(move || {
        left -= 1;
        left
    }))
}

#[shape]
fn once(guard: Noisy) -> impl FnOnce() -> Noisy {
    move || guard
}

#[shape]
fn asynchronous(n: u32) -> impl AsyncFn(u32) -> u32 {
    async move |m| n + m
}

pub(super) fn run() {
    show("adder", adder(1)(2));
    show("boxed", boxed(1)(2));
    show("checked", checked(2).map(|mut next| (next(), next())));
    show("checked", checked(0).map(|mut next| next()));
    show("once", once(Noisy("guard"))());
    show("asynchronous", block_on(asynchronous(1)(2)));
}
