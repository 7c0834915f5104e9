use telemetry_runtime::metric;

#[metric(histogram("stitching.duration", unit = "seconds"))]
fn stitch() {}

fn main() {
    stitch();
}
