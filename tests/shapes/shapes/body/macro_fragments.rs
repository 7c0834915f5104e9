// Calls: 8 ok, 2 error.
// Also known as x30_macro_rules.
#![allow(redundant_semicolons, clippy::unnecessary_wraps)]

use shapes::prelude::*;

macro_rules! whole {
    ($(#[$attribute:meta])* $vis:vis fn $name:ident($($argument:tt)*) -> $returns:ty $body:block) => {
        $(#[$attribute])*
        #[shape]
        $vis fn $name($($argument)*) -> $returns $body
    };
    ($(#[$attribute:meta])* $vis:vis async fn $name:ident($($argument:tt)*) -> $returns:ty $body:block) => {
        $(#[$attribute])*
        #[shape]
        $vis async fn $name($($argument)*) -> $returns $body
    };
}

mod inner {
    use shapes::prelude::*;

    whole! {
        pub(super) fn braces(&(a, ref b): &(u32, String), mut n: u32) -> Result<u32, String> {
            n += a;
            if n > 3 {
                return Err(b.clone());
            }
            Ok(n)
        }
    }

    whole! {
        pub(in super::super) async fn later(n: u32) -> u32 {
            pending_once().await;
            n
        }
    }
}

macro_rules! expression {
    ($name:ident, $value:expr) => {
        #[shape]
        fn $name() -> Result<u32, String> {
            $value
        }
    };
}

expression!(straight, Ok(1));
expression!(block, {
    let n: u32 = "x".parse().map_err(|_| "no number".to_owned())?;
    Ok(n)
});

macro_rules! statements {
    ($name:ident: { $($statement:stmt;)* } $value:expr) => {
        #[shape]
        fn $name() -> Option<u32> {
            $($statement;)*
            $value
        }
    };
}

statements!(stated: { let a = 1; let b = a + 1; } Some(a + b));

macro_rules! item {
    ($item:item) => {
        #[shape]
        $item
    };
}

item! {
    fn as_item(n: u32) -> u32 {
        n
    }
}

macro_rules! tokens {
    ($($token:tt)*) => {
        #[shape]
        $($token)*
    };
}

tokens! {
    unsafe extern "C" fn as_tokens(n: u32) -> u32 {
        n
    }
}

macro_rules! generic {
    ($name:ident<$parameter:ident: $bound:path>, $lifetime:lifetime, $literal:literal) => {
        #[shape]
        fn $name<$lifetime, $parameter: $bound + ?Sized>(value: &$lifetime $parameter) -> &$lifetime str {
            let text = value.as_ref();
            if text == $literal { "the literal" } else { text }
        }
    };
}

generic!(compared<T: AsRef<str>>, 'a, "x");

pub(super) fn run() {
    let pair = (1, "text".to_owned());
    show("braces", (inner::braces(&pair, 1), inner::braces(&pair, 3)));
    show("later", block_on(inner::later(1)));
    show("expression", (straight(), block()));
    show("stated", stated());
    show("item", as_item(1));
    // SAFETY: the function asks for nothing.
    show("tokens", unsafe { as_tokens(1) });
    show("compared", [compared("x"), compared("y")]);
}
