// Calls: 2 ok, 1 error.
// Also known as x38b_arg_attrs.
#![allow(clippy::needless_pass_by_value, clippy::unused_async)]

use shapes::prelude::*;

#[shape]
fn sync(#[allow(unused_variables)] unused: u32, #[expect(unused_mut)] mut used: u32) -> u32 {
    used
}

#[shape]
fn fallible(#[allow(unused_variables)] unused: Noisy, used: u32) -> Result<u32, u32> {
    if used > 1 {
        return Err(used);
    }
    Ok(used)
}

#[shape]
async fn later(#[allow(unused_variables)] unused: Noisy, #[allow(clippy::ptr_arg)] used: &mut String) {
    used.push('x');
}

pub(super) fn run() {
    show("sync", sync(1, 2));
    show("fallible", fallible(Noisy("unused"), 2));
    let mut text = String::new();
    block_on(later(Noisy("unused"), &mut text));
    show("text", text);
}
