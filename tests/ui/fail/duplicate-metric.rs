use telemetry_runtime::metric;

#[metric(counter("entities.stitched", on = "ok"), counter("entities.stitched", on = "error"))]
fn stitch() {}

fn main() {
    stitch();
}
