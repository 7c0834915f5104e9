// Calls: 5 ok, 1 error.
#![allow(clippy::type_complexity)]

use std::iter;

use shapes::prelude::*;

struct Wrapper<I: Iterator>(I);

impl<I> Wrapper<I>
where
    I: Iterator<Item: Clone + PartialEq>,
{
    #[shape]
    fn first(&mut self) -> Option<<I as Iterator>::Item> {
        self.0.next()
    }

    #[shape]
    fn pair(&mut self) -> Result<(I::Item, I::Item), Option<I::Item>> {
        let first = self.0.next().ok_or(None)?;
        let second = self.0.next().ok_or_else(|| Some(first.clone()))?;
        Ok((first, second))
    }
}

#[shape]
fn chained(limit: u32) -> iter::Chain<std::ops::Range<u32>, iter::Once<u32>> {
    (0..limit).chain(iter::once(limit))
}

#[shape]
fn total() -> <u32 as std::ops::Add<u32>>::Output {
    1 + 2
}

#[shape]
async fn collected<C>(items: C) -> Vec<<C as IntoIterator>::Item>
where
    C: IntoIterator,
{
    pending_once().await;
    items.into_iter().collect()
}

pub(super) fn run() {
    let mut wrapper = Wrapper(1..4);
    show("first", wrapper.first());
    show("pair", wrapper.pair());
    show("pair", wrapper.pair());
    show("chained", chained(2).collect::<Vec<_>>());
    show("total", total());
    show("collected", block_on(collected(1..3)));
}
