//! Nothing: this package is its tests, `cargo test -p interleavings`.
