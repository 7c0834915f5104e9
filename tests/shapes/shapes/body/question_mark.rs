// Calls: 5 ok, 5 error.
use std::fmt;
use std::num::{ParseFloatError, ParseIntError};

use shapes::prelude::*;

#[derive(Debug)]
enum Wrong {
    Int(ParseIntError),
    Float(ParseFloatError),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(error) => error.fmt(f),
            Self::Float(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Wrong {}

impl From<ParseIntError> for Wrong {
    fn from(error: ParseIntError) -> Self {
        Self::Int(error)
    }
}

impl From<ParseFloatError> for Wrong {
    fn from(error: ParseFloatError) -> Self {
        Self::Float(error)
    }
}

#[shape]
fn converted(int: &str, float: &str) -> Result<f64, Wrong> {
    let int: u32 = int.parse()?;
    Ok(f64::from(int) + float.parse::<f64>()?)
}

#[shape]
async fn later(int: &str) -> Result<u32, Wrong> {
    let int: u32 = int.parse()?;
    pending_once().await;
    Ok(int)
}

#[shape]
fn nested(texts: &[&str]) -> Result<Vec<u32>, Wrong> {
    let numbers = texts.iter().map(|text| Ok(text.parse::<u32>()?)).collect::<Result<_, Wrong>>()?;
    Ok(numbers)
}

#[shape]
fn inverted(text: Option<&str>) -> Result<Option<u32>, Wrong> {
    Ok(text.map(str::parse).transpose()?)
}

pub(super) fn run() {
    show("converted", [converted("1", "2.5"), converted("x", "2.5"), converted("1", "x")]);
    show("later", (block_on(later("1")), block_on(later("x"))));
    show("nested", (nested(&["1", "2"]), nested(&["1", "x"])));
    show("inverted", (inverted(None), inverted(Some("3")), inverted(Some("x"))));
}
