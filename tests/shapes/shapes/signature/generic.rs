// Calls: 4 ok, 1 error.
// Also known as x06_generic.
use std::fmt::Display;

use shapes::prelude::*;

#[shape]
fn text<T: Display>(value: T) -> String {
    value.to_string()
}

#[shape]
fn parsed<T, E>(text: &str) -> Result<T, E>
where
    T: std::str::FromStr<Err = E>,
{
    let value = text.parse()?;
    Ok(value)
}

#[shape]
async fn later<T>(value: T) -> T {
    pending_once().await;
    value
}

pub(super) fn run() {
    show("text", text(5) + &text("x"));
    show("parsed", parsed::<u8, _>("7"));
    show("parsed", parsed::<u8, _>("seven"));
    show("later", block_on(later(Noisy("value"))));
    auto_traits!("future of a type that is Send", later(1));
    auto_traits!("future of a type that is not", later(std::rc::Rc::new(1)));
}
