use telemetry_runtime::metric;

#[metric(in_flight("stitching.active", value = 1))]
fn stitch() {}

fn main() {
    stitch();
}
