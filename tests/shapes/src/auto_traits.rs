//! Which auto traits the type of a value has, opaque types too.
//!
//! Method lookup tries `&Look<T>` before `Look<T>`, and what asks for the trait is implemented for the former.

/// A value whose type is looked at.
#[derive(Debug)]
pub struct Look<'a, T: ?Sized>(pub &'a T);

macro_rules! look {
    ($($name:ident $yes:ident $no:ident $bound:path),* $(,)?) => { $(
        #[doc = concat!("Chosen for a type that is `", stringify!($name), "`.")]
        pub trait $yes {
            /// Whether the type has the trait.
            fn $name(&self) -> bool {
                true
            }
        }

        impl<T: $bound + ?Sized> $yes for &Look<'_, T> {}

        #[doc = concat!("Chosen for a type that is not `", stringify!($name), "`.")]
        pub trait $no {
            /// Whether the type has the trait.
            fn $name(&self) -> bool {
                false
            }
        }

        impl<T: ?Sized> $no for Look<'_, T> {}
    )* };
}

look!(
    send MaybeSend NotSend Send,
    sync MaybeSync NotSync Sync,
    unpin MaybeUnpin NotUnpin Unpin,
    unwind_safe MaybeUnwindSafe NotUnwindSafe std::panic::UnwindSafe,
    ref_unwind_safe MaybeRefUnwindSafe NotRefUnwindSafe std::panic::RefUnwindSafe,
);

/// Adds the auto traits of a value's type to the log.
#[macro_export]
macro_rules! auto_traits {
    ($name:expr, $value:expr) => {{
        let value = &$value;
        $crate::prelude::note(::std::format_args!(
            "{}: Send {}, Sync {}, Unpin {}, UnwindSafe {}, RefUnwindSafe {}",
            $name,
            (&&$crate::prelude::Look(value)).send(),
            (&&$crate::prelude::Look(value)).sync(),
            (&&$crate::prelude::Look(value)).unpin(),
            (&&$crate::prelude::Look(value)).unwind_safe(),
            (&&$crate::prelude::Look(value)).ref_unwind_safe(),
        ));
    }};
}
