//! The wrapper around one instrumented call: one clock, one outcome.
