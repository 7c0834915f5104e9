// Calls: 6 ok, 1 error.
// Also known as x30_macro_rules.
#![allow(redundant_semicolons)]

use shapes::prelude::*;

macro_rules! function {
    ($(#[$attribute:meta])* $name:ident($($argument:ident: $type:ty),*) -> $returns:ty $body:block) => {
        $(#[$attribute])*
        #[shape]
        fn $name($($argument: $type),*) -> $returns $body
    };
}

function!(sum(a: u32, b: u32) -> u32 { a + b });
function!(
    /// With a comment.
    #[inline]
    checked(text: &str) -> Result<u32, std::num::ParseIntError> {
        let n = text.parse()?;
        Ok(n)
    }
);

macro_rules! asynchronous {
    ($name:ident, $returns:ty, $value:expr, $($statement:stmt);*) => {
        #[shape]
        async fn $name(n: u32) -> $returns {
            $($statement;)*
            pending_once().await;
            let local = $value;
            Ok(local + n)
        }
    };
}

asynchronous!(later, Result<u32, String>, 3, let local = 7; show("local", local));

macro_rules! methods {
    ($type:ident { $($name:ident = $value:expr),* $(,)? }) => {
        struct $type(u32);

        impl $type {
            $(
                #[shape]
                fn $name(&self) -> u32 {
                    self.0 + $value
                }
            )*
        }
    };
}

methods!(Adder { one = 1, two = 2 });

macro_rules! argument {
    ($pattern:pat, $type:ty, $lifetime:lifetime, $value:expr) => {
        #[shape]
        fn with_pattern<$lifetime>($pattern: &$lifetime $type) -> Option<&$lifetime u32> {
            let value = $value?;
            Some(value)
        }
    };
}

argument!((first, second), (Option<u32>, Option<u32>), 'p, first.as_ref().or(second.as_ref()));

pub(super) fn run() {
    show("sum", sum(1, 2));
    show("checked", (checked("1"), checked("x")));
    show("later", block_on(later(1)));
    show("methods", Adder(1).one() + Adder(1).two());
    show("pattern", with_pattern(&(None, Some(2))));
}
