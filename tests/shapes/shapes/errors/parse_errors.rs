// Calls: 8 ok, 8 error.
use std::array::TryFromSliceError;
use std::char::{CharTryFromError, ParseCharError};
use std::net::{AddrParseError, IpAddr};
use std::num::{NonZero, ParseIntError, TryFromIntError};
use std::str::{ParseBoolError, Utf8Error};

use shapes::prelude::*;

#[shape]
fn not_zero(text: &str) -> Result<NonZero<u8>, ParseIntError> {
    text.parse()
}

#[shape]
fn narrowed(n: i64) -> Result<NonZero<u8>, TryFromIntError> {
    let n = u8::try_from(n)?;
    n.try_into()
}

#[shape]
fn flag(text: &str) -> Result<bool, ParseBoolError> {
    let flag = text.parse::<bool>()?;
    Ok(!flag)
}

#[shape]
fn utf8(bytes: &[u8]) -> Result<&str, Utf8Error> {
    let text = std::str::from_utf8(bytes)?;
    Ok(text.trim())
}

#[shape]
async fn address(text: &str) -> Result<IpAddr, AddrParseError> {
    pending_once().await;
    text.parse()
}

#[shape]
fn character(n: u32, text: &str) -> Result<Result<char, ParseCharError>, CharTryFromError> {
    char::try_from(n)?;
    Ok(text.parse())
}

#[shape]
fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], TryFromSliceError> {
    bytes.try_into()
}

pub(super) fn run() {
    show("not zero", [not_zero("1"), not_zero("0")]);
    show("narrowed", [narrowed(5), narrowed(0), narrowed(-1)]);
    show("flag", [flag("true"), flag("yes")]);
    show("utf8", [utf8(b" a "), utf8(b"\xff")]);
    show("address", [block_on(address("::1")), block_on(address("localhost"))]);
    show("character", [character(65, "b"), character(65, "bc"), character(0xd800, "b")]);
    show("exactly", (exactly::<2>(b"ab"), exactly::<3>(b"ab")));
}
