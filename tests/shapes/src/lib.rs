//! What the shapes of functions are written with: a log of everything that a caller can tell of a call, and what compares
//! the logs and the records of a shape's variants.
//!
//! Each thread has a log of its own, so that the tests of a process do not meet in it.

mod auto_traits;
mod calls;
mod compare;
mod log;
mod poll;
mod recorder;

/// What a shape imports.
pub mod prelude {
    pub use crate::auto_traits;
    pub use crate::auto_traits::{
        Look, MaybeRefUnwindSafe, MaybeSend, MaybeSync, MaybeUnpin, MaybeUnwindSafe, NotRefUnwindSafe,
        NotSend, NotSync, NotUnpin, NotUnwindSafe,
    };
    pub use crate::log::{Noisy, Payload, caught, note, show};
    pub use crate::poll::{block_on, drop_after, pending_once};
}

pub use compare::{Records, again_without_spans, compare};
