// Calls: 6 ok, 1 error.
use std::any::type_name;

use shapes::prelude::*;

#[shape]
fn name<T: ?Sized>() -> &'static str {
    type_name::<T>()
}

#[shape]
fn sizes<const A: usize, const B: bool, T, U: Default>() -> (usize, bool, usize, U) {
    (A, B, size_of::<T>(), U::default())
}

#[shape]
fn smallest<T>() -> Result<T, usize>
where
    T: TryFrom<i8>,
{
    T::try_from(-1).map_err(|_| align_of::<T>())
}

#[shape]
async fn later<T: Default, const N: usize>() -> [T; N] {
    pending_once().await;
    std::array::from_fn(|_| T::default())
}

struct Empty<T>(T);

impl<T> Empty<T> {
    #[shape]
    fn dropped<U: From<&'static str>>() -> U {
        drop(Noisy("made and dropped"));
        U::from("x")
    }
}

pub(super) fn run() {
    show("name", (name::<str>(), name::<[u8]>()));
    show("sizes", sizes::<3, true, u16, Option<char>>());
    show("smallest", (smallest::<i64>(), smallest::<u64>()));
    show("later", block_on(later::<String, 2>()));
    show("empty", Empty::<u32>(1).0);
    show("dropped", Empty::<u32>::dropped::<Box<str>>());
}
