// Calls: 2 ok.
use std::future::Future;

use shapes::prelude::*;

trait Store {
    fn get(&self, key: &str) -> impl Future<Output = Option<u32>> + Send;
    fn keys(&self) -> impl Iterator<Item = &str>;
}

struct One(String);

impl Store for One {
    #[shape]
    async fn get(&self, key: &str) -> Option<u32> {
        pending_once().await;
        (key == self.0).then_some(1)
    }

    #[shape]
    fn keys(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.0.as_str())
    }
}

async fn through(store: &impl Store) -> Option<u32> {
    let mut sum = 0;
    for key in store.keys() {
        sum += store.get(key).await?;
    }
    Some(sum)
}

pub(super) fn run() {
    let one = One("key".to_owned());
    auto_traits!("get", one.get("key"));
    show("through", block_on(through(&one)));
}
