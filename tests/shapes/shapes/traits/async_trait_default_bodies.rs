// Calls: 6 ok, 4 error.
// Also known as x04_afit_impl: native async functions of traits, with default bodies, generics and bounds.
#![allow(clippy::future_not_send)]

use std::fmt::Display;

use shapes::prelude::*;

trait Source {
    type Error: Display;

    async fn load(&mut self, n: u32) -> Result<u32, Self::Error>;

    #[shape]
    async fn load_all<I>(&mut self, numbers: I) -> Result<Vec<u32>, Self::Error>
    where
        I: IntoIterator<Item = u32>,
    {
        let mut loaded = Vec::new();
        for n in numbers {
            loaded.push(self.load(n).await?);
        }
        Ok(loaded)
    }

    #[shape]
    async fn into_first(mut self) -> Option<u32>
    where
        Self: Sized,
    {
        self.load(1).await.ok()
    }
}

struct Limited(u32);

impl Source for Limited {
    type Error = String;

    #[shape]
    async fn load(&mut self, n: u32) -> Result<u32, String> {
        pending_once().await;
        self.0 = self.0.checked_sub(n).ok_or_else(|| format!("{n} is too much"))?;
        Ok(n)
    }
}

struct Shared<'a>(&'a mut Limited);

impl Source for Shared<'_> {
    type Error = <Limited as Source>::Error;

    #[shape]
    async fn load(&mut self, n: u32) -> Result<u32, Self::Error> {
        self.0.load(n).await
    }
}

pub(super) fn run() {
    let mut limited = Limited(3);
    show("all", block_on(limited.load_all([1, 1])));
    show("all", block_on(Shared(&mut limited).load_all(vec![1, 1])));
    show("first", block_on(limited.into_first()));
}
