// Calls: 4 ok, 4 error.
#![allow(clippy::unnecessary_wraps)]

use shapes::prelude::*;

/// Traits whose methods have the names of ours, for every type and by every kind of receiver.
mod glob {
    pub(super) trait ByReference {
        fn tell_outcome(&self, _: &mut u32) -> u32 {
            41
        }

        fn tell_class(&self) -> u32 {
            45
        }
    }

    impl<T: ?Sized> ByReference for T {}

    pub(super) trait ByValue: Sized {
        fn metrics(self) -> u32 {
            42
        }

        fn set_value(self, _: u32) -> u32 {
            43
        }

        fn on(self) -> u32 {
            44
        }
    }

    impl<T> ByValue for T {}
}

use glob::*;

#[shape]
fn fallible(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(n + text.tell_outcome(&mut 0) + text.tell_class() + n.metrics())
}

#[shape]
fn foreign(text: &str) -> std::io::Result<usize> {
    match text.len() {
        0 => Err(std::io::Error::other("empty")),
        length => Ok(length),
    }
}

#[shape]
async fn later(text: &str) -> Result<u32, std::num::ParseIntError> {
    pending_once().await;
    Ok(fallible(text)?.set_value(1) + 0_u8.on())
}

pub(super) fn run() {
    show("fallible", (fallible("1"), fallible("x")));
    show("foreign", (foreign("").is_err(), foreign("x").is_ok()));
    show("later", (block_on(later("1")), block_on(later("x"))));
}
