// Calls: 3 ok, 1 error.
#![allow(clippy::unit_cmp)]

use std::marker::PhantomData;

use shapes::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Token;

#[shape]
fn same(token: Token) -> Token {
    token
}

#[shape]
fn marker<T>(_: PhantomData<T>) -> PhantomData<fn() -> T> {
    PhantomData
}

#[shape]
fn unit(unit: ()) -> Result<(), Token> {
    if unit == () {
        return Err(Token);
    }
    Ok(())
}

#[shape]
async fn later(_: [u8; 0], token: Token) -> ((), Token) {
    pending_once().await;
    ((), token)
}

pub(super) fn run() {
    show("same", same(Token));
    show("marker", marker(PhantomData::<u8>) == PhantomData);
    show("unit", unit(()));
    show("later", block_on(later([], Token)));
}
