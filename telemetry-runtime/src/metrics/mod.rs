//! The typed store, the instruments, and their collection.

mod descriptor;
mod snapshot;

pub use descriptor::{Descriptor, InstrumentKind, NumberKind};
pub use snapshot::*;
