//! An import whose every use is absorbed by another attribute is used all the same.

#![deny(warnings)]

use telemetry_runtime::{metric, traced};

#[traced]
#[metric(counter = "entities.stitched")]
fn stitch() {}

struct Stitcher;

impl Stitcher {
    #[traced]
    #[metric(counter = "methods.called")]
    async fn method(&self) {}
}

fn main() {
    stitch();
    drop(Stitcher.method());
}
