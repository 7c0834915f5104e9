// Calls: 6 ok, 2 error.
// Also known as x48_let_else_labels.
#![allow(clippy::while_let_on_iterator)]

use shapes::prelude::*;

#[shape]
fn number(text: &str) -> Result<u32, String> {
    let Some((_, number)) = text.split_once('=') else {
        return Err(format!("no number in {text}"));
    };
    let Ok(number) = number.parse() else { return Err(number.to_owned()) };
    Ok(number)
}

#[shape]
fn chain(text: &str, limit: usize) -> usize {
    if let Some((name, value)) = text.split_once('=')
        && name.len() < limit
        && let Ok(value) = value.parse::<usize>()
    {
        value
    } else {
        0
    }
}

#[shape]
async fn later(text: &str) -> usize {
    let Some(text) = text.strip_prefix('=') else {
        return 0;
    };
    pending_once().await;
    let mut words = text.split(' ');
    let mut length = 0;
    while let Some(word) = words.next() {
        length += word.len();
    }
    length
}

pub(super) fn run() {
    show("number", [number("a=1"), number("a"), number("a=x")]);
    show("chain", [chain("a=1", 2), chain("a=1", 1), chain("a=x", 2)]);
    show("later", [block_on(later("=a bc")), block_on(later("a"))]);
}
