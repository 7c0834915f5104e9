use telemetry_runtime::metric;

#[metric(histogram("stitching.duration", buckets = [0.1, "slow"]))]
fn stitch() {}

fn main() {
    stitch();
}
