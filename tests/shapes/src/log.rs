//! The log of a thread.

use std::any::Any;
use std::cell::RefCell;
use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Adds a line.
pub fn note(line: impl Display) {
    LOG.with_borrow_mut(|log| log.push(line.to_string()));
}

/// Adds a value.
pub fn show(name: &str, value: impl Debug) {
    note(format_args!("{name} = {value:?}"));
}

/// Everything that `run` adds; a panic that leaves it is a line too.
pub(crate) fn observe(run: fn()) -> Vec<String> {
    LOG.with_borrow_mut(Vec::clear);
    caught("the shape", run);
    LOG.take()
}

/// Runs `call`, which may panic, and shows its value or its payload.
pub fn caught<R: Debug>(name: &str, call: impl FnOnce() -> R) {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(value) => show(name, value),
        Err(payload) => note(format_args!("{name} panicked with {}", text(payload.as_ref()))),
    }
}

/// A panic's payload that is no text.
#[derive(Debug)]
pub struct Payload(pub u32);

fn text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        format!("the str {text:?}")
    } else if let Some(text) = payload.downcast_ref::<String>() {
        format!("the String {text:?}")
    } else if let Some(payload) = payload.downcast_ref::<Payload>() {
        format!("{payload:?}")
    } else {
        "something else".to_owned()
    }
}

/// A value whose drop is a line of the log.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Noisy(pub &'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        note(format_args!("drop {}", self.0));
    }
}
