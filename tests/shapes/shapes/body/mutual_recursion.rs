// Calls: 13 ok, 6 error.
use std::iter::Peekable;
use std::str::Chars;

use shapes::prelude::*;

#[shape]
fn sum(text: &mut Peekable<Chars<'_>>) -> Result<u32, String> {
    let mut value = product(text)?;
    while text.next_if_eq(&'+').is_some() {
        value += product(text)?;
    }
    Ok(value)
}

#[shape]
fn product(text: &mut Peekable<Chars<'_>>) -> Result<u32, String> {
    let mut value = atom(text)?;
    while text.next_if_eq(&'*').is_some() {
        value *= atom(text)?;
    }
    Ok(value)
}

#[shape]
fn atom(text: &mut Peekable<Chars<'_>>) -> Result<u32, String> {
    match text.next() {
        Some('(') => {
            let value = sum(text)?;
            text.next_if_eq(&')').map(|_| value).ok_or_else(|| format!("{value} without an end"))
        }
        Some(digit) => digit.to_digit(10).ok_or_else(|| digit.to_string()),
        None => Err(String::new()),
    }
}

pub(super) fn run() {
    for text in ["2*(3+4)", "2*x", "(1"] {
        show(text, sum(&mut text.chars().peekable()));
    }
}
