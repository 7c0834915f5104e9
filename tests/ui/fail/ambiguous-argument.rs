use telemetry_runtime::metric;

#[metric(counter = "entities.stitched", histogram = "stitching.duration", unit = "s")]
fn stitch() {}

fn main() {
    stitch();
}
