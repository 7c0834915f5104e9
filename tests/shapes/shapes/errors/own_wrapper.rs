// Calls: 2 ok, 3 error.
use std::error::Error;
use std::fmt;
use std::ops::Deref;

use shapes::prelude::*;

struct Wrapper {
    inner: Box<dyn Error + Send + Sync>,
}

impl<E: Error + Send + Sync + 'static> From<E> for Wrapper {
    fn from(error: E) -> Self {
        Self { inner: error.into() }
    }
}

impl Deref for Wrapper {
    type Target = dyn Error + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.inner
    }
}

impl AsRef<dyn Error> for Wrapper {
    fn as_ref(&self) -> &(dyn Error + 'static) {
        &*self.inner
    }
}

impl fmt::Display for Wrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[shape]
fn early(text: &str) -> Result<u32, Wrapper> {
    if text.is_empty() {
        return Err(fmt::Error.into());
    }
    Ok(text.parse()?)
}

#[shape]
async fn later(text: &str) -> Result<u32, Wrapper> {
    pending_once().await;
    Ok(text.parse()?)
}

pub(super) fn run() {
    show("early", ["1", "", "x"].map(|text| early(text).map_err(|error| error.to_string())));
    show("later", ["1", "x"].map(|text| block_on(later(text)).map_err(|error| error.to_string())));
}
