//! What has to hold for any input from outside, one function for each kind of it.
//!
//! The targets of cargo-fuzz in `fuzz/` and a test of CI call the same functions: each takes any bytes, and panics where
//! something does not hold.

pub mod configuration;
pub mod dice;
pub mod exposition;
pub mod naming;
pub mod propagation;
pub mod snapshot;

/// What a target does with an input.
pub type Check = fn(&[u8]);

/// The targets by the names of their folders in `fuzz/corpus`.
pub const TARGETS: &[(&str, Check)] = &[
    ("exposition", exposition::check),
    ("configuration", configuration::check),
    ("propagation", propagation::check),
    ("naming", naming::check),
];
