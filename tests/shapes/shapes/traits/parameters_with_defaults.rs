// Calls: 7 ok, 1 error.
use std::fmt::Debug;

use shapes::prelude::*;

#[derive(Debug)]
struct Ring<T = u8, const N: usize = 2> {
    items: [Option<T>; N],
    at: usize,
}

trait Sink<Item = u8> {
    fn put(&mut self, item: Item) -> Result<usize, Item>;
}

impl<T, const N: usize> Ring<T, N> {
    #[shape]
    fn new() -> Self {
        Self { items: [const { None }; N], at: 0 }
    }
}

impl Ring {
    #[shape]
    fn sum(&self) -> u8 {
        self.items.iter().flatten().sum()
    }
}

impl<T: Debug, const N: usize> Sink<T> for Ring<T, N> {
    #[shape]
    fn put(&mut self, item: T) -> Result<usize, T> {
        let Some(place) = self.items.get_mut(self.at) else { return Err(item) };
        *place = Some(item);
        self.at += 1;
        Ok(N - self.at)
    }
}

#[shape]
async fn later<const N: usize>(mut ring: Ring<Noisy, N>, sink: &mut dyn Sink) -> usize {
    pending_once().await;
    let rest = ring.put(Noisy("kept")).unwrap_or(100);
    rest + sink.put(3).unwrap_or(1000)
}

pub(super) fn run() {
    let mut ring = Ring::<u8, 2>::new();
    show("put", ring.put(1));
    show("later", block_on(later(Ring::<_, 3>::new(), &mut ring)));
    show("full", ring.put(9));
    show("sum", ring.sum());
}
