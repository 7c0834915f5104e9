// Calls: 5 ok, 1 error.
use std::marker::PhantomData;

use shapes::prelude::*;

trait Unit {
    const NAME: &'static str;
    const SCALE: u32 = 1;
    const PARSE: fn(&str) -> Option<u32> = |text| text.parse().ok();
}

struct Meters;
struct Kilo<U>(PhantomData<U>);

impl Unit for Meters {
    const NAME: &'static str = "m";
}

impl<U: Unit> Unit for Kilo<U> {
    const NAME: &'static str = U::NAME;
    const SCALE: u32 = U::SCALE * 1000;
    const PARSE: fn(&str) -> Option<u32> = |text| (U::PARSE)(text.strip_prefix('k')?);
}

struct Quantity<U: Unit, const MAX: u32>(u32, PhantomData<U>);

impl<U: Unit, const MAX: u32> Quantity<U, MAX> {
    const LIMIT: u32 = MAX / U::SCALE;

    #[shape]
    fn new(text: &str) -> Result<Self, (&'static str, u32)> {
        const { assert!(MAX > 0) };
        match (U::PARSE)(text) {
            Some(n @ 0..) if n <= Self::LIMIT => Ok(Self(n, PhantomData)),
            _ => Err((U::NAME, Self::LIMIT)),
        }
    }

    #[shape]
    async fn text(self) -> String {
        pending_once().await;
        format!("{} {}", self.0 * U::SCALE, U::NAME)
    }

    #[shape]
    fn limits() -> [u32; 2] {
        [Self::LIMIT, <Kilo<Kilo<U>> as Unit>::SCALE]
    }
}

pub(super) fn run() {
    show("meters", Quantity::<Meters, 5>::new("5").map(|quantity| block_on(quantity.text())));
    show("kilometers", Quantity::<Kilo<Meters>, 5000>::new("k5").map(|quantity| block_on(quantity.text())));
    show("too much", Quantity::<Kilo<Meters>, 5000>::new("k6").map(|quantity| quantity.0));
    show("limits", Quantity::<Meters, 7>::limits());
}
