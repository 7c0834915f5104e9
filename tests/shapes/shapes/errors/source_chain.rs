// Calls: 6 ok, 3 error.
use std::error::Error;
use std::fmt;
use std::num::ParseIntError;

use shapes::prelude::*;

#[derive(Debug)]
enum Outer {
    Line { number: usize, source: Inner },
    Empty,
}

#[derive(Debug)]
struct Inner(Box<ParseIntError>);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { number, .. } => write!(f, "line {number}"),
            Self::Empty => f.write_str("empty"),
        }
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no number")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Line { source, .. } => Some(source),
            Self::Empty => None,
        }
    }
}

impl Error for Inner {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[shape]
fn number(text: &str) -> Result<u32, Inner> {
    text.parse().map_err(|error| Inner(Box::new(error)))
}

#[shape]
fn first(lines: &str) -> Result<u32, Outer> {
    let line = lines.lines().next().ok_or(Outer::Empty)?;
    number(line).map_err(|source| Outer::Line { number: 1, source })
}

/// The error that caused all others.
#[shape]
fn root<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    error.source().map_or(error, root)
}

pub(super) fn run() {
    for lines in ["", "x"] {
        match first(lines) {
            Ok(n) => show("first", n),
            Err(error) => show("error", (error.to_string(), root(&error).to_string())),
        }
    }
    show("first", first("1\n2").ok());
}
