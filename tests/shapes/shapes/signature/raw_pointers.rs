// Calls: 4 ok, 2 error.
#![allow(clippy::similar_names)]

use shapes::prelude::*;

struct Node {
    value: u32,
    next: *mut Self,
}

impl Node {
    /// # Safety
    ///
    /// `self` is null or leads to nodes that nobody else uses.
    #[shape]
    unsafe fn last<'n>(mut node: *mut Self) -> Option<&'n mut u32> {
        let mut last = None;
        while !node.is_null() {
            // SAFETY: as the caller says.
            let this = unsafe { &mut *node };
            last = Some(&mut this.value);
            node = this.next;
        }
        last
    }
}

#[shape]
unsafe fn swapped<T>(one: *mut T, other: *mut T) -> Result<*mut T, *const T> {
    if std::ptr::eq(one, other) {
        return Err(other.cast_const());
    }
    // SAFETY: the caller gives pointers to values.
    unsafe { one.swap(other) };
    Ok(one)
}

#[shape]
async unsafe fn later(bytes: *const [u8]) -> Result<u8, usize> {
    pending_once().await;
    // SAFETY: the caller gives a pointer to bytes.
    unsafe { (*bytes).first().copied().ok_or(bytes.len()) }
}

pub(super) fn run() {
    let mut second = Node { value: 2, next: std::ptr::null_mut() };
    let mut first = Node { value: 1, next: &raw mut second };
    let (mut one, mut other) = (Noisy("one"), Noisy("other"));
    // SAFETY: all pointers are to local variables, or null.
    unsafe {
        show("last", (Node::last(&raw mut first), Node::last(std::ptr::null_mut())));
        show("swapped", swapped(&raw mut one, &raw mut other).map(|one| (*one).0).ok());
        show("same", swapped(&raw mut one, &raw mut one).is_err());
        show("later", (block_on(later(&raw const *b"ab")), block_on(later(&raw const *b""))));
    }
    auto_traits!("later", unsafe { later(&raw const *b"") });
}
