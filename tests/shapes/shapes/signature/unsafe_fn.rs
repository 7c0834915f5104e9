// Calls: 2 ok.
// Also known as x10_unsafe_fn.
#![allow(clippy::unused_async)]

use shapes::prelude::*;

#[shape]
unsafe fn first(slice: &[u8]) -> u8 {
    // SAFETY: the caller gives a slice that is not empty.
    unsafe { *slice.get_unchecked(0) }
}

#[shape]
async unsafe fn last(slice: &[u8]) -> Option<u8> {
    // SAFETY: the caller gives a slice that is not empty.
    Some(unsafe { *slice.get_unchecked(slice.len() - 1) })
}

pub(super) fn run() {
    let pointer: unsafe fn(&[u8]) -> u8 = first;
    // SAFETY: the slices are not empty.
    show("first", unsafe { pointer(&[1, 2]) });
    show("last", block_on(unsafe { last(&[1, 2]) }));
}
