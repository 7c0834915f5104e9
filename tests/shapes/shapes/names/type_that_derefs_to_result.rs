// Calls: 8 ok.
use std::ops::Deref;

use shapes::prelude::*;

#[derive(Debug)]
struct Reply(Result<u32, String>);

impl Deref for Reply {
    type Target = Result<u32, String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[shape]
fn sync(n: u32) -> Reply {
    if n > 1 {
        return Reply(Err("no".to_owned()));
    }
    Reply(Ok(n))
}

#[shape]
async fn later(n: u32) -> Reply {
    pending_once().await;
    sync(n)
}

#[shape]
fn reference(reply: &Reply) -> &Result<u32, String> {
    reply
}

pub(super) fn run() {
    show("sync", (sync(1), sync(2)));
    show("later", (block_on(later(1)), block_on(later(2))));
    show("reference", reference(&sync(2)).is_err());
}
