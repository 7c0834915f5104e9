// Calls: 3 ok, 2 error, 1 cancelled.
// Also known as x29_trait_def and x05b_trait_required_method.
use shapes::prelude::*;

#[shape]
trait Store: Sync {
    type Key: AsRef<str>;
    const NAME: &'static str = "store";

    fn required(&self, key: &Self::Key) -> Option<u32>;

    async fn required_later(&self, key: &Self::Key) -> Option<u32>;

    fn provided(&self, key: &Self::Key) -> Result<u32, &'static str> {
        let n = self.required(key).ok_or(Self::NAME)?;
        Ok(n)
    }

    async fn provided_later(&self, key: &Self::Key) -> Result<u32, &'static str> {
        pending_once().await;
        self.required_later(key).await.ok_or(Self::NAME)
    }

    fn owned(self) -> &'static str
    where
        Self: Sized,
    {
        Self::NAME
    }
}

struct Lengths;

impl Store for Lengths {
    type Key = String;

    fn required(&self, key: &String) -> Option<u32> {
        u32::try_from(key.len()).ok().filter(|length| *length > 0)
    }

    async fn required_later(&self, key: &String) -> Option<u32> {
        pending_once().await;
        self.required(key)
    }
}

pub(super) fn run() {
    let (some, none) = ("key".to_owned(), String::new());
    show("provided", (Lengths.provided(&some), Lengths.provided(&none)));
    show("later", (block_on(Lengths.provided_later(&some)), block_on(Lengths.provided_later(&none))));
    drop_after(1, Lengths.provided_later(&some));
    show("owned", Lengths.owned());
}
