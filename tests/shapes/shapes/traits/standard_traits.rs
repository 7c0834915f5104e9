// Calls: 11 ok, 1 error, 1 panic.
use std::fmt;
use std::ops::{Add, Deref, DerefMut, Index};
use std::str::FromStr;

use shapes::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Money(u32);

impl fmt::Display for Money {
    #[shape]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} euro", self.0)
    }
}

impl FromStr for Money {
    type Err = std::num::ParseIntError;

    #[shape]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim_end_matches(" euro").parse()?;
        Ok(Self(number))
    }
}

impl Add for Money {
    type Output = Self;

    #[shape]
    fn add(self, other: Self) -> Self::Output {
        Self(self.0 + other.0)
    }
}

impl From<u32> for Money {
    #[shape]
    fn from(value: u32) -> Self {
        Self(value)
    }
}

impl Default for Money {
    #[shape]
    fn default() -> Self {
        Self(7)
    }
}

struct Purse(Vec<Money>);

impl Index<usize> for Purse {
    type Output = Money;

    #[shape]
    fn index(&self, index: usize) -> &Self::Output {
        &self.0[index]
    }
}

impl Deref for Purse {
    type Target = [Money];

    #[shape]
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Purse {
    #[shape]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Iterator for Purse {
    type Item = Money;

    #[shape]
    fn next(&mut self) -> Option<Money> {
        let last = self.0.pop()?;
        Some(last)
    }
}

impl Drop for Purse {
    #[shape]
    fn drop(&mut self) {
        note(format_args!("{} left", self.0.len()));
    }
}

pub(super) fn run() {
    show("parsed", "5 euro".parse::<Money>());
    show("parsed", "euro".parse::<Money>());
    let mut purse = Purse(vec![Money(1), Money::from(2) + Money(3), Money::default()]);
    note(purse[1]);
    purse.reverse();
    show("first", purse.first());
    show("taken", purse.by_ref().take(2).collect::<Vec<_>>());
    caught("index", || purse[1].0);
}
