use telemetry_runtime::metric;

#[metric(counter("entities.stitched", on = "success"))]
fn stitch() {}

fn main() {
    stitch();
}
