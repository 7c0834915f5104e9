use telemetry_runtime::metric;

#[metric(histogram("stitching.duration", buckets = [0.1, 1.0, 0.5]))]
fn stitch() {}

fn main() {
    stitch();
}
