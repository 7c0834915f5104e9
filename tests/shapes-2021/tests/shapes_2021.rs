//! As the suite of `shapes`, where `async fn` and `impl Trait` capture what the edition 2021 says.
#![deny(warnings, clippy::all, clippy::pedantic)]

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

#[test]
fn every_variant_behaves_as_written_while_nothing_is_recorded() {
    shapes::again_without_spans();
}
