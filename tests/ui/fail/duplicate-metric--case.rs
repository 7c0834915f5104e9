use telemetry_runtime::metric;

#[metric(counter = "entities.stitched", counter("Entities.stitched", allow(style)))]
fn stitch() {}

fn main() {
    stitch();
}
