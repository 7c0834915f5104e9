use telemetry_runtime::metric;

#[metric(counter("entities.stitched", buckets = [1, 2]))]
fn stitch() {}

fn main() {
    stitch();
}
