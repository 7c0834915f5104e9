// Calls: 4 ok, 1 error.
#![allow(clippy::items_after_statements)]

use shapes::prelude::*;

const FACTOR: u32 = 100;

#[shape]
fn outer(n: u32) -> Result<u32, String> {
    const FACTOR: u32 = 3;
    static NAMES: [&str; 2] = ["one", "two"];

    #[derive(Debug)]
    struct Local(u32);

    impl Local {
        fn twice(&self) -> u32 {
            self.0 * 2
        }
    }

    fn helper(n: u32) -> Option<Local> {
        (n < 2).then_some(Local(n))
    }

    use std::collections::BTreeSet as Set;

    let local = helper(n).ok_or_else(|| NAMES[0].to_owned())?;
    let set: Set<_> = [local.twice() * FACTOR].into();
    return Ok(set.into_iter().sum::<u32>() + last());

    fn last() -> u32 {
        FACTOR
    }
}

#[shape]
fn nested() -> u32 {
    #[shape]
    fn inner(n: u32) -> u32 {
        n + FACTOR
    }
    inner(1)
}

#[shape]
async fn later() -> usize {
    enum Local {
        One,
    }
    trait Length {
        fn length(&self) -> usize;
    }
    impl Length for Local {
        fn length(&self) -> usize {
            match self {
                Self::One => 1,
            }
        }
    }
    pending_once().await;
    Local::One.length()
}

pub(super) fn run() {
    show("outer", (outer(1), outer(2)));
    show("nested", nested());
    show("later", block_on(later()));
}
