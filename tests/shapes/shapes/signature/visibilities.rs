// Calls: 5 ok, 1 error.
#![allow(clippy::unused_async)]

use shapes::prelude::*;

mod inner {
    #[shape]
    pub(super) fn up(n: u32) -> u32 {
        n
    }

    #[shape]
    pub(in super::super) fn path(n: u32) -> Result<u32, u32> {
        if n > 1 {
            return Err(n);
        }
        Ok(n)
    }

    #[shape]
    pub(crate) async fn everywhere() {}

    #[shape]
    fn private() -> u32 {
        1
    }

    pub(super) struct Thing;

    impl Thing {
        #[shape]
        pub(super) fn method(&self) -> u32 {
            let _ = self;
            private()
        }
    }
}

pub(super) fn run() {
    show("up", inner::up(1));
    show("path", (inner::path(1), inner::path(2)));
    block_on(inner::everywhere());
    show("method", inner::Thing.method());
}
