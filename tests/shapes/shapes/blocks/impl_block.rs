// Calls: 9 ok, 1 error.
// Also known as x28_impl_block and x28b_impl_block_const.
#![allow(clippy::trivially_copy_pass_by_ref, clippy::unnecessary_wraps)]

use shapes::prelude::*;

#[derive(Clone, Copy)]
struct Counter<const STEP: u32>(u32);

#[shape]
impl<const STEP: u32> Counter<STEP> {
    const LIMIT: u32 = Self::limit();

    const fn limit() -> u32 {
        STEP * 2
    }

    pub(crate) const unsafe fn unchecked(n: u32) -> Self {
        Self(n)
    }

    fn new() -> Self {
        Self(0)
    }

    /// With a comment.
    #[must_use]
    #[inline]
    fn next(self) -> Option<Self> {
        let n = self.0.checked_add(STEP)?;
        (n <= Self::LIMIT).then_some(Self(n))
    }

    fn get(&self) -> &u32 {
        &self.0
    }

    fn get_mut(&mut self) -> &mut u32 {
        &mut self.0
    }

    async fn checked(&self, limit: u32) -> Result<u32, u32> {
        pending_once().await;
        if self.0 > limit {
            return Err(self.0);
        }
        Ok(self.0)
    }

    unsafe fn raw(pointer: *const u32) -> u32 {
        // SAFETY: the caller gives a pointer to a value.
        unsafe { *pointer }
    }

    extern "C" fn twice(n: u32) -> u32 {
        n * 2
    }

    #[cfg(any())]
    fn absent(&self) -> Absent {}

    #[cfg(all())]
    fn present(&self) -> u32 {
        fn helper() -> u32 {
            1
        }
        let closure = |n: u32| n + helper();
        closure(self.0)
    }
}

pub(super) fn run() {
    let mut counter = Counter::<2>::new();
    *counter.get_mut() += 1;
    show("get", counter.get());
    show("next", counter.next().map(|counter| counter.next().is_none()));
    show("checked", (block_on(counter.checked(1)), block_on(counter.checked(0))));
    // SAFETY: the pointer is to a local variable; the other function asks for nothing.
    show("unsafe", unsafe { (Counter::<1>::raw(&raw const counter.0), Counter::<1>::unchecked(3).0) });
    show("twice", Counter::<1>::twice(2));
    show("present", counter.present());
}
