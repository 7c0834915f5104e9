// Calls: 3 ok, 1 error.
// Also known as x20_mut_arg.
use shapes::prelude::*;

#[shape]
fn count(mut from: u32, mut steps: Vec<u32>) -> Vec<u32> {
    while from > 0 {
        steps.push(from);
        from -= 1;
    }
    steps
}

#[shape]
fn fallible(mut text: String, mut more: impl Iterator<Item = char>) -> Result<String, char> {
    let first = more.next().ok_or('?')?;
    text.push(first);
    text.extend(more);
    Ok(text)
}

#[shape]
async fn later(mut text: String) -> String {
    pending_once().await;
    text.push('.');
    text
}

pub(super) fn run() {
    show("count", count(3, vec![9]));
    show("fallible", fallible(String::from("a"), "bc".chars()));
    show("fallible", fallible(String::from("a"), "".chars()));
    show("later", block_on(later(String::from("a"))));
}
