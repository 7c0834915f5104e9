// Calls: 3 ok, 5 error.
use std::error::Error;
use std::fmt;

use shapes::prelude::*;

type BoxError = Box<dyn Error + Send + Sync + 'static>;

#[derive(Debug, PartialEq)]
struct Limit(u32);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {}", self.0)
    }
}

impl Error for Limit {}

#[shape]
fn checked(text: &str) -> Result<u32, BoxError> {
    let n: u32 = text.parse()?;
    if n > 5 {
        return Err(Limit(5).into());
    }
    Ok(n)
}

#[shape]
async fn forgiving(text: &str) -> Result<u32, BoxError> {
    pending_once().await;
    match checked(text) {
        Err(error) if error.is::<Limit>() => Ok(5),
        Err(error) => match error.downcast::<std::num::ParseIntError>() {
            Ok(error) => Err(error),
            Err(other) => Err(other),
        },
        ok => ok,
    }
}

pub(super) fn run() {
    let limit = checked("6").err().and_then(|error| error.downcast::<Limit>().ok());
    show("limit", limit);
    show("other", checked("x").err().map(|error| error.downcast_ref::<Limit>().is_none()));
    for text in ["1", "6", "x"] {
        show("forgiving", block_on(forgiving(text)).map_err(|error| error.to_string()));
    }
}
