// Calls: 1 ok, 7 error.
#![allow(clippy::unnecessary_owned_empty_strings)]

use std::error::Error;
use std::fmt;

use shapes::prelude::*;

#[derive(Debug)]
struct Wrong<'t>(&'t str);

impl fmt::Display for Wrong<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is wrong", self.0)
    }
}

impl Error for Wrong<'_> {}

#[shape]
fn direct(text: &str) -> Result<u32, Wrong<'_>> {
    text.parse().map_err(|_| Wrong(text))
}

#[shape]
fn boxed<'t>(text: &'t str) -> Result<u32, Box<dyn Error + 't>> {
    let n = direct(text)?;
    Ok(n)
}

#[shape]
async fn later<'t>(text: &'t str, _other: &str) -> Result<u32, Wrong<'t>> {
    pending_once().await;
    let n = direct(text)?;
    Ok(n)
}

#[shape]
async fn later_boxed<'t>(text: &'t str) -> Result<u32, Box<dyn Error + Send + 't>> {
    pending_once().await;
    match direct(text) {
        Ok(n) => Ok(n),
        Err(error) => Err(Box::new(error)),
    }
}

pub(super) fn run() {
    let text = String::from("x");
    show("direct", (direct(&text), direct("1")));
    show("boxed", boxed(&text).map_err(|error| error.to_string()));
    show("later", block_on(later(&text, &String::new())));
    show("later boxed", block_on(later_boxed(&text)).map_err(|error| error.to_string()));
}
