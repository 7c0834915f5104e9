// Calls: 4 ok, 2 error.
use std::mem::MaybeUninit;

use shapes::prelude::*;

#[shape]
fn read(values: &[u32]) -> u32 {
    // SAFETY: the slice starts with a value where it is not empty.
    if values.is_empty() { 0 } else { unsafe { *values.as_ptr() } }
}

#[shape]
fn made(n: u32) -> Result<u32, ()> {
    if n == 0 {
        return Err(());
    }
    let mut value = MaybeUninit::uninit();
    value.write(n);
    // SAFETY: it was written above.
    Ok(unsafe { value.assume_init() })
}

#[shape]
async fn later(value: &mut u32) -> u32 {
    let pointer = std::ptr::from_mut(value);
    // SAFETY: it comes from a reference that nobody else uses.
    unsafe { *pointer += 1 };
    pending_once().await;
    *value
}

#[shape]
unsafe fn implied(values: &[u32], index: usize) -> Result<u32, usize> {
    if index == 9 {
        return Err(index);
    }
    // SAFETY: the caller says that the index is inside.
    Ok(unsafe { *values.get_unchecked(index) })
}

pub(super) fn run() {
    show("read", read(&[3]));
    show("made", (made(0), made(1)));
    show("later", block_on(later(&mut 4)));
    // SAFETY: the indices are inside, or not used.
    show("implied", unsafe { (implied(&[1, 2], 1), implied(&[1, 2], 9)) });
}
