use telemetry_runtime::metric;

#[metric(counter = "entities.stitched", counter = "entities_stitched.total")]
fn stitch() {}

fn main() {
    stitch();
}
