// Calls: 3 ok.
// Also known as x49_inner_attr_items.
use shapes::prelude::*;

#[shape]
fn plain(n: u32) -> u32 {
    #![allow(unused_variables)]
    //! With a comment inside.
    let unused = n;
    n
}

#[shape]
fn fallible(text: &str) -> Result<u32, std::num::ParseIntError> {
    #![allow(unused_variables, unused_mut)]
    #![expect(clippy::let_and_return)]
    let mut n = text.parse()?;
    let m = Ok(n);
    m
}

#[shape]
async fn later(n: u32) -> u32 {
    #![allow(unused_assignments)]
    let mut value = 1;
    pending_once().await;
    value = n;
    value
}

pub(super) fn run() {
    show("plain", plain(1));
    show("fallible", fallible("2"));
    show("later", block_on(later(3)));
}
