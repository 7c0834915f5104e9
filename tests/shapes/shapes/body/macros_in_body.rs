// Calls: 6 ok, 3 error.
#![allow(clippy::useless_vec)]

use std::fmt::Write as _;

use shapes::prelude::*;

macro_rules! bail {
    ($($part:tt)*) => { return Err(format!($($part)*)) };
}

macro_rules! try_or {
    ($value:expr, $other:expr) => {
        match $value {
            Ok(value) => value,
            Err(_) => return $other,
        }
    };
}

#[shape]
fn bailed(n: u32) -> Result<u32, String> {
    if n > 1 {
        bail!("{n} is too much");
    }
    Ok(n)
}

#[shape]
fn tried(text: &str) -> u32 {
    try_or!(text.parse(), 99)
}

#[shape]
fn formatted(n: u32) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    write!(text, "{n:>3}")?;
    writeln!(&mut text, "{{{0}}}", stringify!(a + b))?;
    assert!(matches!(n, 0..=9), "one digit");
    debug_assert_ne!(text, "");
    text += &vec![n; 2].iter().map(ToString::to_string).collect::<Vec<_>>().concat();
    Ok(text)
}

#[shape]
async fn later(n: u32) -> Result<u32, String> {
    pending_once().await;
    let n = try_or!(u8::try_from(n), Err(concat!("too", " much").to_owned()));
    if n == 7 {
        bail!("seven");
    }
    Ok(n.into())
}

#[shape]
fn only_a_macro() -> Vec<u32> {
    vec![1, 2]
}

pub(super) fn run() {
    show("bailed", (bailed(1), bailed(2)));
    show("tried", (tried("1"), tried("x")));
    show("formatted", formatted(5));
    show("later", [1, 7, 300].map(|n| block_on(later(n))));
    show("only a macro", only_a_macro());
}
