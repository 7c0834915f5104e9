// Calls: 4 ok, 1 error.
// Also known as x29b_mod.
use shapes::prelude::*;

#[shape]
mod inner {
    #![allow(dead_code)]

    use std::collections::HashMap;

    use shapes::prelude::*;

    pub(super) const FACTOR: u32 = factor();
    static NAMES: [&str; 2] = ["one", "two"];

    const fn factor() -> u32 {
        2
    }

    pub(super) type Map<'a> = HashMap<&'a str, u32>;

    unsafe extern "C" {
        fn abs(n: i32) -> i32;
    }

    pub(super) fn free(n: u32) -> Result<u32, &'static str> {
        if n > 1 {
            return Err(NAMES[1]);
        }
        Ok(n * FACTOR)
    }

    pub(super) mod deeper {
        pub(in super::super) async fn free(n: u32) -> u32 {
            super::pending_once().await;
            super::helper(n)
        }

        pub(in super::super) struct Thing;

        impl Thing {
            pub(in super::super) fn method(&self, map: &super::Map<'_>) -> Option<u32> {
                let _ = self;
                map.get("x").copied()
            }
        }
    }

    fn helper(n: u32) -> u32 {
        // SAFETY: `abs` takes any number but the smallest.
        unsafe { abs(1) }.unsigned_abs() + n
    }

    macro_rules! made {
        ($name:ident) => {
            pub(super) fn $name() -> &'static str {
                stringify!($name)
            }
        };
    }

    made!(passed_over);

    #[cfg(test)]
    mod tests {
        #[test]
        fn not_recorded() {}
    }
}

pub(super) fn run() {
    show("free", (inner::free(1), inner::free(2)));
    show("deeper", block_on(inner::deeper::free(1)));
    show("method", inner::deeper::Thing.method(&inner::Map::from([("x", 3)])));
    show("made", inner::passed_over());
    show("factor", inner::FACTOR);
}
