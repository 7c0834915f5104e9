// Calls: 4 ok, 1 error.
#![allow(clippy::unused_async)]

use async_trait::async_trait;
use shapes::prelude::*;

trait Native {
    async fn get(&self, key: &str) -> Option<u32>;

    #[shape]
    async fn twice(&self, key: &str) -> Result<u32, String> {
        let n = self.get(key).await.ok_or_else(|| key.to_owned())?;
        Ok(n * 2)
    }
}

#[async_trait]
trait Boxed {
    async fn get(&self, key: &str) -> Option<&str>;
}

struct Words(String);

impl Native for Words {
    #[shape]
    async fn get(&self, key: &str) -> Option<u32> {
        pending_once().await;
        let at = self.0.find(key)?;
        u32::try_from(at).ok()
    }
}

#[async_trait]
impl Boxed for Words {
    #[shape]
    async fn get(&self, key: &str) -> Option<&str> {
        pending_once().await;
        let at = self.0.find(key)?;
        self.0.get(at..)
    }
}

pub(super) fn run() {
    let words = Words("one two".to_owned());
    show("twice", (block_on(words.twice("two")), block_on(words.twice("three"))));
    let boxed: &dyn Boxed = &words;
    show("boxed", block_on(boxed.get("two")));
}
