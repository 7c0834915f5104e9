//! What the shapes of functions are written with: a log of everything that a caller can tell of a call.
//!
//! Each thread has a log of its own, so that the tests of a process do not meet in it.

mod auto_traits;
mod log;
mod poll;

/// What a shape imports.
pub mod prelude {
    pub use crate::auto_traits;
    pub use crate::auto_traits::{
        Look, MaybeRefUnwindSafe, MaybeSend, MaybeSync, MaybeUnpin, NotRefUnwindSafe, NotSend, NotSync,
        NotUnpin,
    };
    pub use crate::log::{Noisy, Payload, caught, note, show};
    pub use crate::poll::{block_on, drop_after, pending_once};
}

pub use log::observe;
