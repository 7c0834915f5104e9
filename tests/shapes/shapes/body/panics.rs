// Calls: 9 panic.
#![allow(clippy::unnecessary_option_map_or_else, clippy::unnecessary_wraps)]

use shapes::prelude::*;

#[shape]
fn with_str() -> u32 {
    panic!("a str")
}

#[shape]
fn with_string(n: u32) -> Result<u32, ()> {
    if n > 3 {
        return Err(());
    }
    panic!("a String with {n}")
}

#[shape]
fn with_payload(_guard: Noisy) {
    let _local = Noisy("local");
    std::panic::panic_any(Payload(7));
}

#[shape]
fn resumed(_guard: Noisy) -> Result<(), String> {
    let text: String = "x".parse().map_err(|_| "never")?;
    std::panic::resume_unwind(Box::new(text))
}

#[shape]
fn unwrapped(value: Option<u32>) -> u32 {
    value.unwrap()
}

#[shape]
fn expected(value: Result<u32, &str>) -> Result<u32, ()> {
    Ok(value.expect("a number"))
}

#[shape]
fn indexed(values: &[u32], index: usize) -> u32 {
    values[index]
}

#[shape]
fn overflowed(n: u32) -> u32 {
    n.checked_sub(1).map_or_else(|| unreachable!("it is {n}"), |n| n)
}

#[shape]
fn missing() -> Result<u32, ()> {
    todo!()
}

pub(super) fn run() {
    caught("str", with_str);
    caught("String", || with_string(1));
    caught("payload", || with_payload(Noisy("argument")));
    caught("resumed", || resumed(Noisy("argument")));
    caught("unwrapped", || unwrapped(None));
    caught("expected", || expected(Err("text")));
    caught("indexed", || indexed(&[1, 2], 2));
    caught("overflowed", || overflowed(0));
    caught("missing", missing);
}
