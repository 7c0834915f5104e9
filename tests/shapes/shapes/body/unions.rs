// Calls: 5 ok, 1 error.
use std::mem::ManuallyDrop;

use shapes::prelude::*;

#[derive(Clone, Copy)]
union Bits {
    float: f32,
    int: u32,
    bytes: [u8; 4],
}

union Slot {
    value: ManuallyDrop<Noisy>,
    _empty: (),
}

impl Bits {
    #[shape]
    fn of(float: f32) -> Self {
        Self { float }
    }

    #[shape]
    fn checked(self) -> Result<u32, Self> {
        // SAFETY: all of the fields are plain numbers.
        match unsafe { self.int } {
            0 => Err(self),
            n => Ok(n),
        }
    }
}

#[shape]
async unsafe fn taken(mut slot: Slot, is_full: bool) -> Option<Noisy> {
    pending_once().await;
    // SAFETY: the caller says whether there is a value.
    is_full.then(|| unsafe { ManuallyDrop::take(&mut slot.value) })
}

pub(super) fn run() {
    show("checked", Bits::of(1.0).checked().ok());
    // SAFETY: all of the fields are plain numbers.
    show("zero", Bits::of(0.0).checked().map_err(|bits| unsafe { bits.bytes }).err());
    // SAFETY: the flags are right.
    unsafe {
        show("full", block_on(taken(Slot { value: ManuallyDrop::new(Noisy("slot")) }, true)));
        show("empty", block_on(taken(Slot { _empty: () }, false)));
    }
}
