// Calls: 9 ok, 1 error.
// Also known as x38_attrs.
#![allow(clippy::unnecessary_wraps)]

use shapes::prelude::*;

#[inline]
#[shape]
fn inlined(n: u32) -> u32 {
    n
}

#[shape]
#[inline(never)]
#[cold]
fn cold(n: u32) -> Result<u32, u32> {
    if n > 1 {
        return Err(n);
    }
    Ok(n)
}

/// With a comment.
///
/// # Errors
///
/// Never.
#[doc(alias = "other")]
#[shape]
#[doc = "And another line."]
#[allow(clippy::unnecessary_wraps)]
fn documented() -> Result<u32, ()> {
    Ok(1)
}

#[cfg(all())]
#[shape]
fn present() -> u32 {
    1
}

#[shape]
#[cfg(any())]
fn present() -> Absent {
    2
}

#[cfg_attr(all(), shape)]
fn conditional(n: u32) -> Option<u32> {
    let n = n.checked_sub(1)?;
    Some(n)
}

#[cfg_attr(all(), shape)]
#[cfg_attr(any(), unknown)]
async fn conditional_later(n: u32) -> Result<u32, ()> {
    pending_once().await;
    Ok(n)
}

#[shape]
#[deprecated = "to be seen that the attribute stays"]
fn old() -> u32 {
    1
}

#[shape]
#[expect(unused_variables)]
#[allow(clippy::needless_return)]
fn expected(n: u32) -> Result<u32, ()> {
    let unused = n;
    return Ok(1);
}

pub(super) fn run() {
    show("inlined", inlined(1));
    show("cold", (cold(1), cold(2)));
    show("documented", documented());
    show("present", present());
    show("conditional", (conditional(1), conditional(0)));
    show("conditional", block_on(conditional_later(1)));
    #[expect(deprecated)]
    let old = old();
    show("old", old);
    show("expected", expected(1));
}
