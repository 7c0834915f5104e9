// Calls: 3 ok.
// Also known as x41_dyn_arg.
use std::fmt::{Display, Write};

use shapes::prelude::*;

#[shape]
fn shared(value: &dyn Display) -> String {
    value.to_string()
}

#[shape]
fn exclusive(to: &mut dyn Write, value: &dyn Display) -> std::fmt::Result {
    write!(to, "{value}")?;
    to.write_char('.')
}

#[shape]
async fn boxed(mut next: Box<dyn FnMut() -> u32>) -> u32 {
    pending_once().await;
    next() + next()
}

pub(super) fn run() {
    let mut text = String::new();
    show("exclusive", exclusive(&mut text, &1));
    show("shared", shared(&text));
    let mut last = 0;
    show(
        "boxed",
        block_on(boxed(Box::new(move || {
            last += 1;
            last
        }))),
    );
    auto_traits!("boxed", boxed(Box::new(|| 1)));
}
