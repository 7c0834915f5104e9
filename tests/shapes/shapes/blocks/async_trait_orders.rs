// Calls: 5 ok, 4 error, 1 cancelled.
// Also known as x03_async_trait_inner: the attribute above and below `#[async_trait]`, on the trait and its implementations.
use async_trait::async_trait;
use shapes::prelude::*;

#[async_trait]
#[shape]
trait Below: Sync {
    async fn required(&self, text: &str) -> Result<u32, String>;

    async fn provided(&self, text: &str) -> Result<u32, String> {
        let n = self.required(text).await?;
        Ok(n + 1)
    }
}

#[shape]
#[async_trait]
trait Above {
    async fn required(&self, text: &str) -> Result<u32, String>;

    async fn provided(&self, text: &str) -> Result<u32, String>
    where
        Self: Sync,
    {
        let n = self.required(text).await?;
        Ok(n + 1)
    }
}

struct Thing;

#[shape]
#[async_trait]
impl Below for Thing {
    async fn required(&self, text: &str) -> Result<u32, String> {
        let _guard = Noisy("guard");
        pending_once().await;
        text.parse().map_err(|_| text.to_owned())
    }

    async fn provided(&self, text: &str) -> Result<u32, String> {
        <Self as Below>::required(self, text).await
    }
}

#[async_trait]
#[shape]
impl Above for Thing {
    async fn required(&self, text: &str) -> Result<u32, String> {
        let _guard = Noisy("guard");
        pending_once().await;
        let n: u32 = text.parse().map_err(|_| text.to_owned())?;
        Ok(n)
    }
}

pub(super) fn run() {
    let below: &dyn Below = &Thing;
    show("below", (block_on(below.provided("1")), block_on(below.provided("x"))));
    let above: Box<dyn Above> = Box::new(Thing);
    show("above", block_on(above.required("1")));
    show("above", (block_on(Thing.provided_by_trait("1")), block_on(Thing.provided_by_trait("x"))));
    drop_after(1, above.required("2"));
    auto_traits!("below", below.provided("1"));
}

impl Thing {
    async fn provided_by_trait(&self, text: &str) -> Result<u32, String> {
        <Self as Above>::provided(self, text).await
    }
}
