use telemetry_runtime::metric;

#[metric(counter = "entities.stitched", outcome = "no")]
fn stitch() {}

fn main() {
    stitch();
}
