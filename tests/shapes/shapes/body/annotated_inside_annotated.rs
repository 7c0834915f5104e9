// Calls: 8 ok, 2 error.
// A block reaches no function inside of another.
#![allow(clippy::items_after_statements)]

use shapes::prelude::*;

#[shape]
fn outer<T: Clone>(value: &T) -> Result<Vec<T>, &'static str> {
    #[shape]
    fn same<T: Clone>(value: &T) -> [T; 2] {
        #[shape]
        fn outer<U>(value: U) -> U {
            value
        }
        [outer(value.clone()), value.clone()]
    }

    #[shape]
    async fn later<T>(values: [T; 2]) -> Option<Vec<T>> {
        struct Kept<T>(T);

        impl<T> Kept<T> {
            #[shape]
            async fn get(self) -> T {
                pending_once().await;
                self.0
            }
        }

        Some(Kept(values).get().await.into())
    }

    block_on(later(same(value))).ok_or("nothing")
}

#[shape]
fn in_closure(n: u32) -> Result<u32, u32> {
    let check = |n| {
        #[shape]
        fn check(n: u32) -> Result<u32, u32> {
            if n > 1 { Err(n) } else { Ok(n) }
        }
        check(n)
    };
    let n = check(n)?;
    check(n).map(|n| n + 1)
}

pub(super) fn run() {
    show("outer", outer(&"x"));
    show("in closure", (in_closure(1), in_closure(2)));
}
