use telemetry_runtime::metric;

#[metric(histogram("stitching.duration", unit = "ms"))]
fn stitch() {}

fn main() {
    stitch();
}
