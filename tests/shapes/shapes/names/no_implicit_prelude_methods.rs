// Calls: 3 ok, 2 error, 1 panic.
// Also known as x34_no_implicit_prelude.
#![no_implicit_prelude]

use ::shapes::prelude::*;

struct Store {
    limit: u32,
}

trait Find {
    fn find(&self, n: u32) -> ::core::result::Result<u32, u32>;

    #[shape]
    fn twice(&self, n: u32) -> ::core::result::Result<u32, u32> {
        ::core::result::Result::Ok(self.find(n)? * 2)
    }
}

impl Find for Store {
    #[shape]
    fn find(&self, n: u32) -> ::core::result::Result<u32, u32> {
        if n > self.limit {
            return ::core::result::Result::Err(n);
        }
        ::core::result::Result::Ok(n)
    }
}

#[shape]
fn never(code: u32) -> ! {
    ::std::panic::panic_any(Payload(code))
}

#[shape]
fn closure(n: u32) -> impl ::core::ops::Fn(u32) -> u32 {
    move |more| n + more
}

pub(super) fn run() {
    let store = Store { limit: 3 };
    show("twice", [store.twice(2), store.twice(4)]);
    caught("never", || never(1));
    show("closure", closure(1)(2));
}
