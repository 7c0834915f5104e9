use telemetry_runtime::metric;

#[metric(histogram("stitching.duration", buckets = [0.1, 1.0, f64::INFINITY]))]
fn stitch() {}

fn main() {
    stitch();
}
