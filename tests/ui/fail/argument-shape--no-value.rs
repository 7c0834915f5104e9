use telemetry_runtime::metric;

#[metric(counter = "entities.stitched", unit = )]
fn stitch() {}

fn main() {
    stitch();
}
