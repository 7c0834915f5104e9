//! Every shape of function does the same with the attributes as without, and every call of it is recorded.
//!
//! The shapes are linted here as any code of this crate, so that no attribute brings a warning to a function that has none.
#![deny(warnings, clippy::all, clippy::pedantic)]

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

#[test]
fn every_variant_behaves_as_written_while_nothing_is_recorded() {
    shapes::again_without_spans();
}
