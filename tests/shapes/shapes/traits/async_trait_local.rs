// Calls: 2 ok, 1 error.
use std::rc::Rc;

use async_trait::async_trait;
use shapes::prelude::*;

#[async_trait(?Send)]
trait Local {
    async fn take(self: Box<Self>, value: Rc<u32>) -> u32;
    async fn change<T: Into<u32> + 'static>(&mut self, by: T) -> Result<&mut u32, ()>;
}

struct Counter(u32);

#[async_trait(?Send)]
impl Local for Counter {
    #[shape]
    async fn take(self: Box<Self>, value: Rc<u32>) -> u32 {
        pending_once().await;
        self.0 + *value
    }

    #[shape]
    async fn change<T: Into<u32> + 'static>(&mut self, by: T) -> Result<&mut u32, ()> {
        pending_once().await;
        self.0 = self.0.checked_sub(by.into()).ok_or(())?;
        Ok(&mut self.0)
    }
}

pub(super) fn run() {
    let mut counter = Counter(5);
    show("change", block_on(counter.change(3_u8)));
    show("change", block_on(counter.change(3_u8)));
    auto_traits!("change", counter.change(3_u8));
    show("take", block_on(Box::new(counter).take(Rc::new(1))));
}
