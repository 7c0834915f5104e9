use telemetry_runtime::metric;

#[metric(counter = "entities.stitched", attributes(outcome = true))]
fn stitch() {}

fn main() {
    stitch();
}
