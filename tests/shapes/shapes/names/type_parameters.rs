// Calls: 4 ok, 2 error.
#![allow(clippy::builtin_type_shadow, non_camel_case_types)]

use shapes::prelude::*;

#[shape]
fn sync<S, M, F, I>(s: S, m: M, f: F, i: I) -> (S, M, F, I) {
    (s, m, f, i)
}

#[shape]
fn fallible<R, Call, Prepared>(r: R, call: Call, fail: Option<Prepared>) -> Result<(R, Call), Prepared> {
    if let Some(fail) = fail {
        return Err(fail);
    }
    Ok((r, call))
}

#[shape]
fn named_as_types<Result, Ok>(result: Result, ok: fn(Result) -> Ok) -> Ok {
    ok(result)
}

#[shape]
async fn later<T, E, u32>(n: u32, e: fn(u32) -> Result<T, E>) -> Result<T, E> {
    pending_once().await;
    let t = e(n)?;
    Ok(t)
}

pub(super) fn run() {
    show("sync", sync(1, "m", 'f', ()));
    show("fallible", (fallible(1, 2, None::<u8>), fallible(1, 2, Some("x"))));
    show("named", named_as_types(1, |n| n + 1));
    show("named", named_as_types("x", str::parse::<u8>));
    show("later", block_on(later("x", str::parse::<u8>)));
}
