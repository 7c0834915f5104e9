// Calls: 5 ok, 1 error, 1 cancelled.
#![allow(dead_code)]

use shapes::prelude::{block_on, drop_after, pending_once, show};

trait Future {
    type Output;
}

trait Send {}

trait Sync {}

trait Drop {
    fn drop(&mut self);
}

trait Fn {}

trait FnOnce {}

trait Sized {}

trait Into {}

trait From {}

#[derive(Debug)]
struct Thing(u32);

impl Drop for Thing {
    #[shape]
    fn drop(&mut self) {
        self.0 = 0;
    }
}

#[shape]
fn sync(mut thing: Thing) -> Thing {
    thing.drop();
    thing
}

#[shape]
fn fallible(n: u32) -> Result<Thing, Thing> {
    if n > 1 {
        return Err(Thing(n));
    }
    Ok(Thing(n))
}

#[shape]
async fn later(n: u32) -> Result<Thing, Thing> {
    pending_once().await;
    fallible(n)
}

pub(super) fn run() {
    show("sync", sync(Thing(1)));
    show("fallible", (fallible(1), fallible(2)));
    show("later", block_on(later(1)));
    drop_after(1, later(1));
}
