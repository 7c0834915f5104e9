// Calls: 7 ok, 1 error.
use shapes::prelude::*;

/// Makes a macro that makes functions.
macro_rules! family {
    ($d:tt $maker:ident, $vis:vis, $returns:ty, |$argument:ident| $body:block) => {
        macro_rules! $maker {
                    ($d($d name:ident),* $d(,)?) => { $d(
                        #[shape]
                        $vis fn $d name($argument: u32) -> $returns {
                            let _guard = Noisy(stringify!($d name));
                            $body
                        }
                    )* };
                }
    };
}

/// Takes its functions apart token by token.
macro_rules! munched {
    () => {};
    (async $name:ident = $value:expr; $($rest:tt)*) => {
        #[shape]
        async fn $name() -> u32 {
            pending_once().await;
            $value
        }
        munched!($($rest)*);
    };
    ($name:ident $(($argument:ident: $type:ty))? = $value:expr; $($rest:tt)*) => {
        #[shape]
        fn $name($($argument: $type)?) -> u32 {
            $value
        }
        munched!($($rest)*);
    };
}

macro_rules! called_back {
    ($callback:ident! { $($before:tt)* }, $name:ident) => {
        $callback! { $($before)* $name(n: u32) = { let value = 3; n + value }; }
    };
}

mod inner {
    use shapes::prelude::*;

    family!($ checked, pub(in super::super), Result<u32, u32>, |n| { if n > 1 { return Err(n) } Ok(n) });
    checked!(one, other);
}

munched! {
    plain = 1;
    async later = block_on(async { plain() + 1 });
    with(value: u32) = value * 2;
}
called_back!(munched! { first = 5; }, second);

pub(super) fn run() {
    show("checked", (inner::one(1), inner::other(2)));
    show("munched", (plain(), block_on(later()), with(3)));
    show("called back", (first(), second(1)));
}
