//! The clock that spans and durations read.
