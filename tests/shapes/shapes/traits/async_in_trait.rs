// Calls: 9 ok, 1 error.
// Also known as x04_afit_impl.
use shapes::prelude::*;

trait Store {
    async fn get(&self, key: &str) -> Option<u32>;

    #[shape]
    async fn get_or_default(&self, key: &str) -> u32 {
        self.get(key).await.unwrap_or_default()
    }

    #[shape]
    async fn both(&self, one: &str, other: &str) -> Result<u32, String> {
        let one = self.get(one).await.ok_or_else(|| one.to_owned())?;
        let other = self.get(other).await.ok_or_else(|| other.to_owned())?;
        Ok(one + other)
    }
}

struct Lengths;

impl Store for Lengths {
    #[shape]
    async fn get(&self, key: &str) -> Option<u32> {
        pending_once().await;
        let length = key.len().checked_sub(1)?;
        u32::try_from(length).ok()
    }
}

pub(super) fn run() {
    auto_traits!("get", Lengths.get(""));
    auto_traits!("default", Lengths.get_or_default(""));
    show("get", block_on(Lengths.get_or_default("")));
    show("get", block_on(Lengths.get_or_default("abc")));
    show("both", block_on(Lengths.both("ab", "abc")));
    show("both", block_on(Lengths.both("ab", "")));
}
