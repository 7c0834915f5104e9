//! What generated code may name, and nothing else may.

pub use inventory;

pub use crate::metrics::{Descriptor, InstrumentKind, NumberKind};
pub use crate::plugin::{Plugin, Scope};
