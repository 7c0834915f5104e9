use telemetry_runtime::metric;

#[metric(counter("entities.stitched", unit = "{entity}", unit = "1"))]
fn stitch() {}

fn main() {
    stitch();
}
