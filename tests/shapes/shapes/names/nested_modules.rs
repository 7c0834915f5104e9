// Calls: 8 ok, 1 error.
use shapes::prelude::*;

#[shape]
pub(super) fn outer(n: u32) -> u32 {
    inner::twice(n)
}

mod inner {
    use shapes::prelude::*;

    #[shape]
    pub(super) fn twice(n: u32) -> u32 {
        super::helper(n) * 2
    }

    pub(super) mod deepest {
        use super::super::Error;

        #[shape]
        pub(in super::super) fn checked(n: u32) -> Result<u32, Error> {
            if n > 1 {
                return Err(Error(n));
            }
            Ok(super::twice(n))
        }
    }

    #[shape]
    pub(in super::super) async fn later(n: u32) -> Result<u32, super::Error> {
        pending_once().await;
        Ok(deepest::checked(n)? + self::twice(n))
    }
}

#[derive(Debug)]
struct Error(u32);

fn helper(n: u32) -> u32 {
    n + 1
}

pub(super) fn run() {
    show("outer", outer(1));
    show("checked", (inner::deepest::checked(1), inner::deepest::checked(2).map_err(|error| error.0)));
    show("later", block_on(inner::later(1)));
}
