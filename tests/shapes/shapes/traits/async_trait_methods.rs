// Calls: 5 ok, 2 error, 1 cancelled.
// Also known as x03_async_trait_inner.
use async_trait::async_trait;
use shapes::prelude::*;

#[async_trait]
trait Store: Sync {
    async fn get(&self, key: &str) -> Result<u32, String>;

    #[shape]
    async fn both(&self, one: &str, other: &str) -> Result<u32, String> {
        let sum = self.get(one).await? + self.get(other).await?;
        Ok(sum)
    }

    #[shape]
    async fn nothing(&self) {}
}

struct Lengths;

#[async_trait]
impl Store for Lengths {
    #[shape]
    async fn get(&self, key: &str) -> Result<u32, String> {
        let _guard = Noisy("guard");
        pending_once().await;
        if key.is_empty() {
            return Err("empty".to_owned());
        }
        u32::try_from(key.len()).map_err(|error| error.to_string())
    }
}

pub(super) fn run() {
    let store: Box<dyn Store> = Box::new(Lengths);
    show("both", block_on(store.both("a", "bc")));
    show("both", block_on(store.both("a", "")));
    block_on(store.nothing());
    drop_after(1, store.get("a"));
    auto_traits!("get", store.get("a"));
}
