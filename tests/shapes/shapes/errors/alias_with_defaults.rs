// Calls: 5 ok, 4 error.
use std::fmt;

use shapes::prelude::*;

mod error {
    #[derive(Debug)]
    pub(super) enum Error<K = &'static str> {
        Kind(K),
        Fmt(std::fmt::Error),
    }

    impl<K> From<std::fmt::Error> for Error<K> {
        fn from(error: std::fmt::Error) -> Self {
            Self::Fmt(error)
        }
    }

    pub(super) type Result<T = (), E = Error> = std::result::Result<T, E>;
}

use error::{Error, Result};

#[shape]
fn nothing(fail: bool) -> Result {
    if fail {
        return Err(Error::Kind("nothing"));
    }
    Ok(())
}

#[shape]
fn value(fail: bool) -> Result<u32> {
    nothing(fail)?;
    Ok(1)
}

#[shape]
fn other<T: Copy>(kind: Option<T>) -> Result<T, Error<u8>> {
    kind.ok_or(Error::Kind(7))
}

#[shape]
async fn formatted(to: &mut (dyn fmt::Write + Send), fail: bool) -> error::Result<(), Error<char>> {
    pending_once().await;
    to.write_str("a")?;
    if fail { Err(Error::Kind('x'))? } else { Ok(to.write_char('b')?) }
}

pub(super) fn run() {
    show("nothing", nothing(false));
    show("value", (value(false), value(true)));
    show("other", (other(Some(1)), other::<bool>(None)));
    let mut text = String::new();
    show("formatted", (block_on(formatted(&mut text, false)), block_on(formatted(&mut text, true))));
    show("text", text);
}
