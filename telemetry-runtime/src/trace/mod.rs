//! The span recorder.
