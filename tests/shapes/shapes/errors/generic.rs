// Calls: 5 ok, 6 error.
#![allow(clippy::needless_question_mark)]

use std::error::Error;
use std::fmt::{Debug, Display};

use shapes::prelude::*;

#[shape]
fn anything<T, E>(value: Result<T, E>) -> Result<T, E> {
    let value = value?;
    Ok(value)
}

#[shape]
fn shown<E: Display + Debug>(value: Result<u32, E>) -> Result<u32, E> {
    if let Err(error) = value {
        return Err(error);
    }
    value
}

#[shape]
fn error<E>(value: Result<u32, E>) -> Result<u32, E>
where
    E: Error + 'static,
{
    Ok(value?)
}

#[shape]
async fn later<F, E>(make: F) -> Result<u32, E>
where
    F: AsyncFnOnce() -> Result<u32, E>,
{
    pending_once().await;
    make().await
}

trait Step {
    type Error;
    fn step(&self) -> Result<u32, Self::Error>;
}

struct Runner<S>(S);

impl<S: Step> Runner<S> {
    #[shape]
    fn twice(&self) -> Result<u32, S::Error> {
        Ok(self.0.step()? + self.0.step()?)
    }
}

impl Step for Option<u32> {
    type Error = ();

    #[shape]
    fn step(&self) -> Result<u32, Self::Error> {
        self.ok_or(())
    }
}

pub(super) fn run() {
    show("anything", (anything::<_, ()>(Ok(1)), anything::<u8, _>(Err("x"))));
    show("shown", (shown::<u8>(Ok(1)), shown(Err("x"))));
    show("error", error("x".parse::<u32>()));
    show("later", block_on(later(async || Err("x"))));
    show("twice", (Runner(Some(2)).twice(), Runner(None).twice()));
}
